import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Inspector, type RedactionRules, Spool } from '../src/index.ts'
import { FakeEndpoint, requestHead, responseHead } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tunnel-spool-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function filled(path: string, count: number, body = 'body'): Promise<void> {
  const inspector = new Inspector()
  const spool = await Spool.open({ directory: path })
  spool.attach(inspector.store)
  const endpoint = new FakeEndpoint(inspector)
  for (let index = 1; index <= count; index++)
    endpoint.exchange({ target: `/${index}`, requestBody: `${body} ${index}`, responseBody: Buffer.from([255, index]) })
  await spool.close()
}

const files = (path: string) => readdirSync(path).map((name) => join(path, name))
const paths = (spool: Spool) => spool.summaries().map((summary) => summary.path)

test('the next process finds what the last has seen, whole', async () => {
  const path = directory()
  await filled(path, 3)
  const { inspector, call } = await localApi()
  inspector.spool = await Spool.open({ directory: path })
  const list = (await call('/api/captures')).json<{
    captures: { uri: string; path: string }[]
    total: number
    usage: { spool: object }
  }>()
  expect(list.captures.map((capture) => capture.path)).toEqual(['/3', '/2', '/1'])
  expect(list.total).toBe(3)
  expect(list.usage.spool).toMatchObject({ captures: 3, stopped: null })
  const [, second] = list.captures
  expect((await call(second?.uri ?? '')).json()).toMatchObject({
    path: '/2',
    status: 200,
    durationMs: 3.893,
    state: 'complete',
  })
  expect((await call(`${second?.uri}/request/body`)).bytes.toString()).toBe('body 2')
  expect((await call(`${second?.uri}/response/body`)).bytes).toEqual(Buffer.from([255, 2]))
  expect((await call(second?.uri ?? '', { method: 'PATCH', body: { pinned: true } })).status).toBe(409)
  expect((await call(second?.uri ?? '', { method: 'DELETE' })).status).toBe(204)
  await inspector.spool.close()
  expect(paths(await Spool.open({ directory: path }))).toEqual(['/3', '/1'])
})

test('a file that a crash cut opens up to the cut, wherever that is', async () => {
  const path = directory()
  await filled(path, 2)
  const [file = ''] = files(path)
  const whole = statSync(file).size
  for (let size = whole - 1; size >= 0; size -= 13) {
    truncateSync(file, size)
    const spool = await Spool.open({ directory: path })
    expect(['/2 /1', '/1', '']).toContain(paths(spool).join(' '))
    expect(paths(spool)).not.toContain('/2')
  }
})

test('bytes that were overwritten are no capture', async () => {
  const path = directory()
  await filled(path, 1)
  const [file = ''] = files(path)
  writeFileSync(file, Buffer.alloc(statSync(file).size, 0x41))
  expect((await Spool.open({ directory: path })).summaries()).toEqual([])
})

test('a process that starts within the same second takes no id of the last', async () => {
  const path = directory()
  await filled(path, 3)
  await filled(path, 3)
  const spool = await Spool.open({ directory: path })
  expect(paths(spool)).toEqual(['/3', '/2', '/1', '/3', '/2', '/1'])
  const ids = spool.summaries().map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)].sort().reverse())
})

test('the oldest go beyond the disk budget', async () => {
  const path = directory()
  const inspector = new Inspector()
  const spool = await Spool.open({ directory: path, maxBytes: 1_048_576 })
  spool.attach(inspector.store)
  const endpoint = new FakeEndpoint(inspector)
  for (let index = 1; index <= 100; index++)
    endpoint.exchange({ target: `/${index}`, responseBody: 'x'.repeat(30_000) })
  await spool.close()
  const size = files(path).reduce((sum, file) => sum + statSync(file).size, 0)
  expect(size).toBeLessThanOrEqual(1_048_576)
  expect(spool.summaries()[0]?.path).toBe('/100')
  expect(spool.summaries().length).toBeGreaterThan(10)
})

test('clearing removes the files', async () => {
  const path = directory()
  const { inspector, call } = await localApi()
  const spool = await Spool.open({ directory: path })
  inspector.spool = spool
  spool.attach(inspector.store)
  new FakeEndpoint(inspector).exchange()
  await spool.close()
  await call('/api/captures?pinned=true', { method: 'DELETE' })
  expect(files(path).filter((file) => existsSync(file))).toEqual([])
})

test('a directory that cannot be used is refused', async () => {
  const path = join(directory(), 'file')
  writeFileSync(path, '')
  await expect(Spool.open({ directory: path })).rejects.toMatchObject({ code: 'ERR_INSPECTOR_SPOOL' })
  await expect(Spool.open({ directory: path, maxBytes: 5 })).rejects.toMatchObject({ code: 'ERR_INSPECTOR_SPOOL' })
})

test('a directory that another process uses is refused, until that is gone', async () => {
  const path = directory()
  writeFileSync(join(path, 'lock'), `${process.ppid}\n`)
  await expect(Spool.open({ directory: path })).rejects.toMatchObject({
    code: 'ERR_INSPECTOR_SPOOL',
    message: expect.stringContaining(`process ${process.ppid}`),
  })
  writeFileSync(join(path, 'lock'), 'no process')
  await (await Spool.open({ directory: path })).close()
  expect(files(path)).toEqual([])
})

/** An exchange with a request body that comes in pieces of 60,000 bytes. */
async function large(path: string, bytes: number, redact?: RedactionRules): Promise<Inspector> {
  const inspector = new Inspector({ redact, limits: { maxBodyBytes: 100_000 } })
  inspector.spool = await Spool.open({ directory: path, maxBytes: 16_000_000, maxBodyBytes: 3_000_000 })
  inspector.spool.attach(inspector.store)
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(requestHead('PUT', '/large', [], bytes), 1)
  const body = pattern(bytes)
  for (let at = 0; at < bytes; at += 60_000) {
    // The proxy reads into one buffer again and again.
    const chunk = Buffer.from(body.subarray(at, at + 60_000))
    observer?.onRequestBody(chunk)
    chunk.fill(0)
  }
  observer?.onRequestEnd(undefined, 2)
  observer?.onResponseHead(responseHead(200, 'OK', []), 3)
  observer?.onResponseEnd(undefined, 4)
  return inspector
}

const pattern = (bytes: number): Buffer => {
  const all = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at++) all[at] = (at * 7919) >> 8
  return all
}

test('a body that is larger than memory has for it is whole, before and after', async () => {
  const path = directory()
  const before = await large(path, 2_500_000)
  const [capture] = before.store.newestFirst()
  expect(capture?.requestBody).toMatchObject({ bytes: 2_500_000, storedBytes: 100_000, truncated: false })
  const { inspector, call } = await localApi()
  for (const [index, one] of [before, inspector].entries()) {
    if (index === 1) {
      await before.spool?.close()
      inspector.spool = await Spool.open({ directory: path })
    }
    const whole = await one.spool?.load(capture?.id ?? '')
    expect(whole?.requestBody.read().equals(pattern(2_500_000))).toBe(true)
  }
  const answer = await call(`/api/captures/${capture?.id}/request/body?from=2400000&length=16777216`)
  expect(answer.bytes.equals(pattern(2_500_000).subarray(2_400_000))).toBe(true)
  expect((await call(`/api/captures/${capture?.id}`)).json()).toMatchObject({
    request: { body: { bytes: 2_500_000, storedBytes: 2_500_000, truncated: false } },
  })
})

test('of a body that is larger than disk has for it the beginning is there', async () => {
  const inspector = await large(directory(), 3_500_000)
  const [capture] = inspector.store.newestFirst()
  expect(capture?.requestBody).toMatchObject({ bytes: 3_500_000, keptBytes: 3_000_000, truncated: true })
  const whole = await inspector.spool?.load(capture?.id ?? '')
  expect(whole?.requestBody.read().equals(pattern(3_500_000).subarray(0, 3_000_000))).toBe(true)
  await inspector.spool?.close()
})

test('a body that is to be redacted never goes to disk before', async () => {
  const path = directory()
  const inspector = await large(path, 2_500_000, { texts: ['secret'] })
  await inspector.spool?.close()
  const size = files(path).reduce((sum, file) => sum + statSync(file).size, 0)
  expect(size).toBeLessThan(2_000)
  expect(paths(await Spool.open({ directory: path }))).toEqual(['/large'])
})

test.skipIf(!existsSync('/dev/full'))('a full disk stops the spool, says so, and nothing else', async () => {
  const path = directory()
  const inspector = new Inspector()
  const spool = await Spool.open({ directory: path })
  spool.attach(inspector.store)
  // The file that comes next leads to the device that is always full.
  symlinkSync('/dev/full', join(path, 'captures-00000001.spool'))
  const endpoint = new FakeEndpoint(inspector)
  endpoint.exchange({ target: '/1' })
  await spool.load('any')
  endpoint.exchange({ target: '/2' })
  await spool.close()
  expect(spool.usage()).toMatchObject({ stopped: 'ENOSPC', captures: 0 })
  expect(inspector.store.size).toBe(2)
})
