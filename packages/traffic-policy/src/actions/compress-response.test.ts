import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type CompressResponseConfig, defaultCompressionAlgorithms, negotiateCompression } from './compress-response.ts'
import { type CompressionAlgorithm, createCompressor, isCompressionAvailable } from './compressor.ts'

interface Given extends Partial<CompressResponseConfig> {
  accept?: string[]
  method?: string
  status?: number
  headers?: string[]
}

function negotiate({ accept = ['gzip'], method = 'GET', status = 200, headers = [], ...config }: Given) {
  const requestHeaders = accept.flatMap((value) => ['Accept-Encoding', value])
  const exchange = { method, requestHeaders, status, responseHeaders: headers }
  return negotiateCompression({ algorithms: defaultCompressionAlgorithms, ...config }, exchange)
}

describe('chooses', () => {
  test.each<[string, Given, string]>([
    ['what the visitor takes', { accept: ['br'] }, 'br'],
    ['by the order of the configuration among equals', { accept: ['br, deflate, gzip'] }, 'gzip'],
    ['by the order of the configuration', { accept: ['br, gzip'], algorithms: ['br', 'gzip'] }, 'br'],
    ['the highest weight', { accept: ['gzip;q=0.5, br;q=0.8, deflate;q=0.7'] }, 'br'],
    ['by several lines', { accept: ['gzip;q=0.1', 'deflate'] }, 'deflate'],
    ['for a star', { accept: ['*'] }, 'gzip'],
    ['for a star what is not refused', { accept: ['gzip;q=0, *;q=0.5'] }, 'deflate'],
    ['by another name of gzip', { accept: ['x-gzip'] }, 'gzip'],
    ['in any case and spacing', { accept: [' GZip ; Q=0.5 '] }, 'gzip'],
    ['nothing the visitor refuses', { accept: ['gzip;q=0'] }, ''],
    ['nothing with a weight that is none', { accept: ['gzip;q=2'] }, ''],
    ['nothing without Accept-Encoding', { accept: [] }, ''],
    ['nothing for an empty one', { accept: [''] }, ''],
    ['nothing that is not configured', { accept: ['br'], algorithms: ['gzip'] }, ''],
    ['never LZW', { accept: ['compress, x-compress'] }, ''],
    ['the body as it is for who prefers it', { accept: ['identity, gzip;q=0.5'] }, ''],
  ])('%s', (_, given, expected) => {
    expect(negotiate(given).results).toEqual({ already_compressed: false, negotiated_algorithm: expected })
  })
})

describe('leaves as it is', () => {
  test.each<[string, Given]>([
    ['the answer to HEAD', { method: 'HEAD' }],
    ['101', { status: 101 }],
    ['204', { status: 204 }],
    ['206', { status: 206 }],
    ['304', { status: 304 }],
    ['no-transform', { headers: ['Cache-Control', 'public, No-Transform'] }],
    ['an empty body', { headers: ['content-length', '0'] }],
    ['a body below the least size', { headers: ['content-length', '99'], minBytes: 100 }],
    ['another type', { headers: ['content-type', 'image/png'], contentTypes: ['text/', 'application/json'] }],
  ])('%s', (_, given) => {
    const { algorithm, headers } = negotiate(given)
    expect(algorithm).toBeUndefined()
    expect(headers).toEqual(given.headers ?? [])
  })

  test('what is compressed already, and says so', () => {
    const { algorithm, results } = negotiate({ headers: ['Content-Encoding', 'br'] })
    expect(algorithm).toBeUndefined()
    expect(results).toEqual({ already_compressed: true, negotiated_algorithm: '' })
  })
})

test('compresses types of a family and of a name', () => {
  const contentTypes = ['text/', 'application/json']
  for (const type of ['text/css', 'Application/JSON; charset=utf-8'])
    expect(negotiate({ headers: ['content-type', type], contentTypes }).algorithm).toBe('gzip')
})

test('changes the head to that of the coded body', () => {
  const headers = [
    'Content-Length',
    '10',
    'ETag',
    '"a"',
    'Accept-Ranges',
    'bytes',
    'Vary',
    'Origin',
    'Content-Encoding',
    'identity',
  ]
  expect(negotiate({ headers }).headers).toEqual([
    'ETag',
    'W/"a"',
    'Vary',
    'Origin, Accept-Encoding',
    'Content-Encoding',
    'gzip',
  ])
  expect(negotiate({ headers: ['etag', 'W/"a"', 'vary', 'accept-encoding'] }).headers).toEqual([
    ...['etag', 'W/"a"', 'vary', 'accept-encoding', 'content-encoding', 'gzip'],
  ])
  expect(negotiate({ headers: ['vary', '*'] }).headers).toEqual(['vary', '*', 'content-encoding', 'gzip'])
})

test('flushes each write of a body of unknown length', () => {
  expect(negotiate({ headers: ['content-length', '10'] }).flushEachWrite).toBe(false)
  expect(negotiate({ headers: ['content-type', 'text/event-stream'] }).flushEachWrite).toBe(true)
})

const decoders = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }

test.each(['gzip', 'deflate', 'br'] as const)('what %s makes is read again', async (algorithm) => {
  const stream = createCompressor(algorithm, false)
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  for (const text of ['hello ', 'world '.repeat(1000)]) stream.write(text)
  stream.end()
  await once(stream, 'end')
  expect(decoders[algorithm](Buffer.concat(chunks)).toString()).toBe(`hello ${'world '.repeat(1000)}`)
})

test.each(['gzip', 'deflate', 'br'] as const)(
  '%s gives a message before the next one comes, if asked to',
  async (algorithm) => {
    const stream = createCompressor(algorithm, true)
    stream.write('data: 1\n\n')
    await once(stream, 'readable')
    expect((stream.read() as Buffer).length).toBeGreaterThan(0)
    stream.destroy()
  },
)

test('offers zstd only where Node has it', () => {
  const isAvailable = isCompressionAvailable('zstd')
  expect(negotiate({ accept: ['zstd'], algorithms: ['zstd'] }).algorithm).toBe(isAvailable ? 'zstd' : undefined)
  if (isAvailable) createCompressor('zstd', true).destroy()
  else expect(() => createCompressor('zstd' as CompressionAlgorithm, true)).toThrow(RangeError)
})
