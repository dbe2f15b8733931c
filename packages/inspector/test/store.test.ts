import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Inspector } from '../src/index.ts'
import type { Capture } from '../src/store/capture.ts'
import { FakeEndpoint } from './fake-endpoint.ts'

const targets = (inspector: Inspector) => inspector.store.newestFirst().map(({ requestHead }) => requestHead?.target)

describe('the budget', () => {
  test('the oldest go first', () => {
    const inspector = new Inspector({ limits: { maxBytes: 20_000 } })
    const endpoint = new FakeEndpoint(inspector)
    for (let count = 1; count <= 50; count++) endpoint.exchange({ target: `/${count}`, responseBody: 'x'.repeat(2000) })
    expect(inspector.store.bytes).toBeLessThanOrEqual(20_000)
    expect(targets(inspector)[0]).toBe('/50')
    expect(inspector.store.size).toBeGreaterThan(3)
    expect(inspector.store.size + inspector.store.evicted).toBe(50)
  })

  test('pinned ones go last', () => {
    const inspector = new Inspector({ limits: { maxBytes: 20_000 } })
    const endpoint = new FakeEndpoint(inspector)
    endpoint.exchange({ target: '/pinned' })
    expect(inspector.store.pin(inspector.store.newestFirst()[0] as Capture, true)).toBe(true)
    for (let count = 1; count <= 50; count++) endpoint.exchange({ target: `/${count}`, responseBody: 'x'.repeat(2000) })
    expect(targets(inspector).at(-1)).toBe('/pinned')
    expect(targets(inspector)[0]).toBe('/50')
  })

  test('what is pinned takes half of it at most', () => {
    const inspector = new Inspector({ limits: { maxBytes: 20_000 } })
    const endpoint = new FakeEndpoint(inspector)
    for (let count = 1; count <= 4; count++) endpoint.exchange({ target: `/${count}`, responseBody: 'x'.repeat(3000) })
    const pinned = inspector.store.newestFirst().map((capture) => inspector.store.pin(capture, true))
    expect(pinned).toEqual([true, true, false, false])
  })

  test('one that is unpinned is in its old place again', () => {
    const inspector = new Inspector()
    const endpoint = new FakeEndpoint(inspector)
    for (const target of ['/1', '/2', '/3']) endpoint.exchange({ target })
    const [, middle] = inspector.store.newestFirst()
    inspector.store.pin(middle as Capture, true)
    inspector.store.pin(middle as Capture, false)
    expect(targets(inspector)).toEqual(['/3', '/2', '/1'])
  })

  test('of a body that is larger than its bound the beginning is there', () => {
    const inspector = new Inspector({ limits: { maxBodyBytes: 1000 } })
    new FakeEndpoint(inspector).exchange({ responseBody: 'y'.repeat(5000) })
    const body = inspector.store.newestFirst()[0]?.responseBody
    expect([body?.bytes, body?.storedBytes, body?.truncated]).toEqual([5000, 1000, true])
  })

  test('one body alone never fills the memory', () => {
    const inspector = new Inspector({ limits: { maxBytes: 40_000 } })
    const endpoint = new FakeEndpoint(inspector)
    endpoint.exchange({ target: '/first' })
    endpoint.exchange({ target: '/large', responseBody: 'z'.repeat(1_000_000) })
    expect(targets(inspector)).toEqual(['/large', '/first'])
    expect(inspector.store.bytes).toBeLessThanOrEqual(40_000)
  })

  test('an exchange that is evicted while it runs stores nothing more', () => {
    const inspector = new Inspector({ limits: { maxBytes: 20_000 } })
    const endpoint = new FakeEndpoint(inspector)
    const observer = endpoint.inspection.observe?.()
    for (let count = 0; count < 30; count++) endpoint.exchange({ responseBody: 'x'.repeat(2000) })
    const before = inspector.store.bytes
    observer?.onRequestBody(Buffer.alloc(3000))
    expect(inspector.store.bytes).toBe(before)
  })

  test('0 stores nothing, and no exchange is looked at', () => {
    const inspector = new Inspector({ limits: { maxBytes: 0 } })
    expect(new FakeEndpoint(inspector).inspection.observe).toBeUndefined()
  })

  test.each([{ maxBytes: -1 }, { maxBodyBytes: 0 }, { maxCaptures: 1.5 }])('%o is refused', (limits) => {
    expect(() => new Inspector({ limits })).toThrow(RangeError)
  })
})

test('bodies of 1 MB in pieces take what they are charged with, and no more than a tenth above the budget', async () => {
  const maxBytes = 20_000_000
  const inspector = new Inspector({ limits: { maxBytes } })
  const endpoint = new FakeEndpoint(inspector)
  // The proxy reads into one buffer again and again: a kept reference would show in the bytes.
  const reused = Buffer.alloc(64 * 1024)
  const before = await memoryInUse()
  for (let count = 0; count < 200; count++) {
    const observer = endpoint.inspection.observe?.()
    observer?.onRequestHead(head, 1)
    observer?.onRequestEnd(undefined, 1)
    observer?.onResponseHead({ ...answer, contentLength: 1_000_000 }, 2)
    for (let sent = 0; sent < 1_000_000; ) {
      const size = Math.min(1 + ((count * 7919 + sent) % reused.length), 1_000_000 - sent)
      reused.fill(count)
      observer?.onResponseBody(reused.subarray(0, size))
      sent += size
    }
    observer?.onResponseEnd(undefined, 3)
    expect(inspector.store.bytes).toBeLessThanOrEqual(maxBytes)
  }
  expect((await memoryInUse()) - before).toBeLessThan(maxBytes * 1.1)
  const newest = inspector.store.newestFirst()[0]?.responseBody.read()
  expect([newest?.length, newest?.every((byte) => byte === 199)]).toEqual([1_000_000, true])
})

const head = {
  method: 'GET',
  target: '/',
  minorVersion: 1,
  headers: [],
  host: '',
  framing: 'none',
  contentLength: 0,
  keepAlive: true,
  upgrade: undefined,
  expectContinue: false,
} as const satisfies Parameters<
  NonNullable<ReturnType<NonNullable<FakeEndpoint['inspection']['observe']>>>['onRequestHead']
>[0]
const answer = {
  status: 200,
  reason: 'OK',
  minorVersion: 1,
  headers: [],
  framing: 'length',
  contentLength: 0,
  keepAlive: true,
  upgrade: undefined,
  bodyless: false,
} as const satisfies Parameters<
  NonNullable<ReturnType<NonNullable<FakeEndpoint['inspection']['observe']>>>['onResponseHead']
>[0]

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Memory of buffers is given back a moment after they are collected. */
async function memoryInUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect()
    await setImmediate()
  }
  return process.memoryUsage().arrayBuffers
}

test('1xx heads are kept, and no more than their bound', () => {
  const inspector = new Inspector({ limits: { maxInformational: 2 } })
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(head, 1)
  for (let count = 0; count < 5; count++) observer?.onInformational({ ...answer, status: 103 }, 2)
  expect(inspector.store.newestFirst()[0]?.informational?.length).toBe(2)
})

test('arrivals beyond their bound join the last of their direction', () => {
  const inspector = new Inspector({ limits: { maxPieces: 3 } })
  const observer = new FakeEndpoint(inspector, { protocol: 'tcp' }).inspection.observeConnection?.({
    visitorAddress: '192.0.2.1:5',
    protocol: 'raw',
    serverName: '',
  })
  for (let count = 0; count < 10; count++) observer?.onBytes(count % 2 ? 'response' : 'request', Buffer.from('abc'))
  const pieces = inspector.store.newestFirst()[0]?.pieces?.list ?? []
  expect(pieces.length).toBe(3)
  expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(30)
})
