import type { ExchangeObserver, RequestHead, ResponseHead } from '@tunnel/http'
import { expect, test } from 'vitest'
import { observeTogether } from './observe-together.ts'
import { type RequestSummary, TrafficStatistics } from './traffic-statistics.ts'

const request = { method: 'GET', target: '/a' } as RequestHead
const response = (status: number): ResponseHead => ({ status, reason: 'so' }) as ResponseHead

/** Statistics on a clock that stands still until it is moved, and what was told of requests. */
function setUp() {
  const clock = { nowMs: 0 }
  const told: RequestSummary[] = []
  const statistics = new TrafficStatistics(
    (summary) => void told.push({ ...summary }),
    () => clock.nowMs,
  )
  return { clock, told, statistics, observer: statistics.observe() as ExchangeObserver }
}

test('counts connections, those that are open, and how long they were', () => {
  const { clock, statistics } = setUp()
  const { onOpened, onClosed } = statistics.connectionEvents
  for (let count = 0; count < 10; count++) onOpened?.('')
  onClosed?.({ durationMs: 100, bytesIn: 0, bytesOut: 0 })
  onClosed?.({ durationMs: 300, bytesIn: 0, bytesOut: 0 })
  clock.nowMs = 5000
  expect(statistics.connections.read()).toEqual({
    count: 10,
    open: 8,
    rate1: 2,
    rate5: 2,
    rate15: 2,
    p50Ms: 200,
    p90Ms: 300,
    p95Ms: 300,
    p99Ms: 300,
  })
})

test('tells of a request at its head, at the response and at the end', () => {
  const { told, statistics, observer } = setUp()
  observer.onRequestHead(request, 1000)
  observer.onRequestEnd(undefined, 1001)
  observer.onResponseHead(response(200), 1010)
  observer.onResponseEnd(undefined, 1040)
  expect(told).toEqual([
    { method: 'GET', target: '/a' },
    { method: 'GET', target: '/a', status: 200, reason: 'so' },
    { method: 'GET', target: '/a', status: 200, reason: 'so', durationMs: 40 },
  ])
  expect(statistics.requests.read()).toMatchObject({ count: 1, open: 0, p50Ms: 40 })
})

test('takes what failed for an end, once', () => {
  const { told, statistics, observer } = setUp()
  observer.onRequestHead(request, 0)
  observer.onFailure('ERR_TUNNEL_8012', 5)
  observer.onResponseEnd(undefined, 9)
  expect(told.at(-1)).toEqual({ method: 'GET', target: '/a', failure: 'ERR_TUNNEL_8012', durationMs: 5 })
  expect(statistics.requests.read()).toMatchObject({ count: 1, open: 0 })
})

test('has an upgraded request end with its response head', () => {
  const { statistics, observer } = setUp()
  observer.onRequestHead(request, 0)
  observer.onResponseHead(response(101), 3)
  expect(statistics.requests.read()).toMatchObject({ count: 1, open: 0, p50Ms: 3 })
})

test('an exchange that nobody wants costs nothing, and one that two want is told to both', () => {
  const [one, two] = [setUp(), setUp()]
  expect(observeTogether(() => undefined)()).toBeUndefined()
  const both = observeTogether(one.statistics.observe, () => undefined, two.statistics.observe)()
  both?.onRequestHead(request, 0)
  both?.onRequestBody(Buffer.from('a'))
  both?.onRequestEnd(undefined, 0)
  both?.onInformational(response(103), 0)
  both?.onResponseHead(response(204), 1)
  both?.onResponseBody(Buffer.from('a'))
  both?.onResponseEnd(undefined, 2)
  both?.onFailure('late', 3)
  for (const { told } of [one, two]) {
    expect(told).toHaveLength(3)
    expect(told.at(-1)).toMatchObject({ status: 204, durationMs: 2 })
  }
})
