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
import { Inspector, Spool } from '../src/index.ts'
import { FakeEndpoint } from './fake-endpoint.ts'
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
