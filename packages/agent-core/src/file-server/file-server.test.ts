import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createFileServer } from './file-server.ts'
import { listDirectory } from './list-directory.ts'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

let parent: string
let root: string
let port: number
let close: () => void

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'tunnel-files-'))
  root = join(parent, 'root')
  for (const directory of ['', 'plain', 'site', 'linked index', '日本 & <b>']) mkdirSync(join(root, directory))
  const files: Record<string, string> = {
    'hello.txt': 'hello world',
    'empty.bin': '',
    '.hidden': 'dots are shown',
    '100% <b>.html': '<p>odd</p>',
    'plain/b.json': '{}',
    'plain/a:b.css': 'a {}',
    'site/index.html': '<h1>home</h1>',
    '日本 & <b>/x': 'x',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  utimesSync(join(root, 'hello.txt'), 1_700_000_000.5, 1_700_000_000.5)
  writeFileSync(join(parent, 'secret'), 'secret')
  mkdirSync(join(parent, 'outside'))
  writeFileSync(join(parent, 'outside', 'secret'), 'secret')
  symlinkSync('../secret', join(root, 'leaves'))
  symlinkSync('../outside', join(root, 'leaves-dir'))
  symlinkSync(join(parent, 'secret'), join(root, 'leaves-absolute'))
  symlinkSync('../../secret', join(root, 'linked index', 'index.html'))
  symlinkSync('hello.txt', join(root, 'stays'))
  symlinkSync('plain', join(root, 'stays-dir'))
  symlinkSync('loop', join(root, 'loop'))
  ;({ port, close } = await serve(root))
})

afterAll(() => {
  close()
  rmSync(parent, { recursive: true, force: true })
})

async function serve(directory: string): Promise<{ port: number; close: () => void }> {
  const server = await createFileServer(directory)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

async function get(path: string, headers: Record<string, string> = {}, method = 'GET', at = port): Promise<Answer> {
  const outgoing = httpRequest({ host: '127.0.0.1', port: at, path, method, headers, agent: false }).end()
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
  const text = (await buffer(response)).toString()
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

describe('a file', () => {
  test('comes with its length, type, state and age', async () => {
    expect(await get('/hello.txt')).toMatchObject({
      status: 200,
      text: 'hello world',
      headers: {
        'content-length': '11',
        'content-type': 'text/plain; charset=utf-8',
        'accept-ranges': 'bytes',
        'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
        'x-content-type-options': 'nosniff',
        etag: expect.stringMatching(/^"[0-9a-z]+-[0-9a-z]+"$/),
      },
    })
  })

  test.each([
    ['/empty.bin', '', 'application/octet-stream'],
    ['/.hidden', 'dots are shown', 'application/octet-stream'],
    ['/100%25%20%3Cb%3E.html', '<p>odd</p>', 'text/html; charset=utf-8'],
    ['/plain/b.json?v=1', '{}', 'application/json; charset=utf-8'],
    ['/plain/a:b.css', 'a {}', 'text/css; charset=utf-8'],
    ['/%E6%97%A5%E6%9C%AC%20&%20%3Cb%3E/x', 'x', 'application/octet-stream'],
    ['/stays', 'hello world', 'application/octet-stream'],
    ['/stays-dir/b.json', '{}', 'application/json; charset=utf-8'],
  ])('at %s is %j', async (path, text, type) => {
    expect(await get(path)).toMatchObject({ status: 200, text, headers: { 'content-type': type } })
  })

  test('has a head without a body', async () => {
    const answer = await get('/hello.txt', {}, 'HEAD')
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '11' } })
  })

  test('is not sent again to who has it', async () => {
    const { headers } = await get('/hello.txt')
    const byTag = await get('/hello.txt', { 'if-none-match': String(headers.etag) })
    const byDate = await get('/hello.txt', { 'if-modified-since': String(headers['last-modified']) })
    expect([byTag, byDate]).toMatchObject([
      { status: 304, text: '', headers: { etag: headers.etag } },
      { status: 304, text: '' },
    ])
  })

  test('has another tag when it has changed', async () => {
    const path = join(root, 'changing')
    const tags = new Set<unknown>()
    for (const [text, at] of [
      ['one', 1],
      ['two', 2],
      ['three', 2],
    ] as const) {
      writeFileSync(path, text)
      utimesSync(path, at, at)
      tags.add((await get('/changing')).headers.etag)
    }
    expect(tags.size).toBe(3)
  })

  test('that is another than the one asked for is refused', async () => {
    expect(await get('/hello.txt', { 'if-match': '"other"' })).toMatchObject({ status: 412 })
  })
})

describe('a range', () => {
  test('is answered with its bytes', async () => {
    expect(await get('/hello.txt', { range: 'bytes=6-' })).toMatchObject({
      status: 206,
      text: 'world',
      headers: { 'content-range': 'bytes 6-10/11', 'content-length': '5' },
    })
  })

  test('beyond the end is refused with the size', async () => {
    expect(await get('/hello.txt', { range: 'bytes=11-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */11', 'content-type': 'text/html; charset=utf-8' },
    })
  })

  test('of a state that is gone is answered with everything', async () => {
    const { headers } = await get('/hello.txt')
    const ofOther = await get('/hello.txt', { range: 'bytes=6-', 'if-range': '"other"' })
    const ofThis = await get('/hello.txt', { range: 'bytes=6-', 'if-range': String(headers.etag) })
    expect([ofOther.status, ofOther.text, ofThis.status, ofThis.text]).toEqual([200, 'hello world', 206, 'world'])
  })

  test.each(['bytes=0-1,4-5', 'nonsense'])('%j is answered with everything', async (range) => {
    expect(await get('/hello.txt', { range })).toMatchObject({ status: 200, text: 'hello world' })
  })
})

describe('a directory', () => {
  test('is listed, with names that mean nothing but themselves', async () => {
    const { status, text, headers } = await get('/')
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-security-policy': expect.stringContaining("default-src 'none'") })
    expect(text).toContain('<a href="./plain/">plain/</a>')
    expect(text).toContain('<a href="./.hidden">.hidden</a>')
    expect(text).toContain('<a href="./100%25%20%3Cb%3E.html">100% &lt;b&gt;.html</a>')
    expect(text).toContain('<a href="./%E6%97%A5%E6%9C%AC%20%26%20%3Cb%3E/">日本 &amp; &lt;b&gt;/</a>')
    expect(text).not.toContain('<b>')
    expect(text).not.toContain('../')
  })

  test('below the root leads back up, and its names come in order', async () => {
    const { text } = await get('/plain/')
    expect([...text.matchAll(/href="([^"]+)"/g)].map((match) => match[1])).toEqual(['../', './a%3Ab.css', './b.json'])
  })

  test('is represented by its index', async () => {
    expect(await get('/site/')).toMatchObject({
      status: 200,
      text: '<h1>home</h1>',
      headers: { 'content-type': 'text/html; charset=utf-8' },
    })
  })

  test('is listed when its index leads out of the root', async () => {
    const { text } = await get('/linked%20index/')
    expect(text).toContain('Index of /linked index/')
  })

  test.each([
    ['/plain', '/plain/'],
    ['/plain?x=1', '/plain/?x=1'],
    ['//plain', '/plain/'],
    ['/stays-dir', '/stays-dir/'],
  ])('asked for as %s is found at %s', async (path, location) => {
    expect(await get(path)).toMatchObject({ status: 301, headers: { location } })
  })

  test('of many entries is listed in part, and says so', async () => {
    expect(await listDirectory(join(root, 'plain'), 1)).toMatchObject({ names: [expect.any(String)], isCut: true })
    expect(await listDirectory(join(root, 'plain'), 2)).toMatchObject({ isCut: false })
  })
})

describe('nothing outside the root is served', () => {
  test.each([
    '/../secret',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/plain/../../secret',
    '/hello.txt%00.html',
    '/leaves',
    '/leaves-absolute',
    '/leaves-dir',
    '/leaves-dir/',
    '/leaves-dir/secret',
    '/loop',
    '/missing',
    '/hello.txt/',
    '/hello.txt/x',
    `/${'x'.repeat(300)}`,
  ])('%s is not found', async (path) => {
    const { status, text } = await get(path)
    expect(status).toBe(404)
    expect(text).not.toContain('secret')
    expect(text).not.toContain(parent)
  })

  test('nor by a directory whose name begins like the root', async () => {
    mkdirSync(join(parent, 'root-too'))
    writeFileSync(join(parent, 'root-too', 'file'), 'secret')
    symlinkSync('../root-too/file', join(root, 'neighbour'))
    expect(await get('/neighbour')).toMatchObject({ status: 404 })
  })
})

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  test('a FIFO is not opened', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')])
    expect(await get('/fifo')).toMatchObject({ status: 403 })
  })

  test.skipIf(process.getuid?.() !== 0)('a device is not opened (skipped but for root, who can make one)', async () => {
    execFileSync('mknod', [join(root, 'device'), 'c', '1', '3'])
    expect(await get('/device')).toMatchObject({ status: 403 })
  })

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is refused', async () => {
    writeFileSync(join(root, 'unreadable'), 'x')
    chmodSync(join(root, 'unreadable'), 0)
    expect(await get('/unreadable')).toMatchObject({ status: 403 })
  })
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  expect(await get('/hello.txt', {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
})

test('a file that becomes shorter while it is sent ends with the connection, never with another answer', async () => {
  const path = join(root, 'shrinking')
  writeFileSync(path, Buffer.alloc(64 * 1024 * 1024))
  const outgoing = httpRequest({ host: '127.0.0.1', port, path: '/shrinking', agent: false }).end()
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
  truncateSync(path, 1024)
  await expect(buffer(response)).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('the root itself may be a link', async () => {
  symlinkSync('root', join(parent, 'by-link'))
  const { port, close } = await serve(join(parent, 'by-link'))
  onTestFinished(close)
  expect(await get('/hello.txt', {}, 'GET', port)).toMatchObject({ status: 200, text: 'hello world' })
})

test.each([
  ['missing', 'ENOENT'],
  ['secret', 'it is not a directory'],
])('a root %s is refused: %s', async (name, why) => {
  const directory = join(parent, name)
  await expect(createFileServer(directory)).rejects.toMatchObject({
    code: 'ERR_TUNNEL_9034',
    message: `directory ${directory} cannot be served: ${why}`,
  })
})
