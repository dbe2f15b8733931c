import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import { seeded } from '@tunnel/testkit'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { EventLog, type EventLogOptions } from '../src/index.ts'
import { toldConnection, toldExchange } from './told.ts'

// What repeats itself is written from memory: these tests compare it with what is written the first time.

let path: string

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'events-'))
  path = join(directory, 'events.log')
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  // Times of lines depend on both clocks.
  vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_123)
  vi.spyOn(performance, 'now').mockReturnValue(100_000)
  onTestFinished(() => void vi.restoreAllMocks())
})

type Told = ExchangeRecord | ConnectionRecord

/** The lines that these become. */
async function linesOf(told: readonly Told[], options: Partial<EventLogOptions> = {}): Promise<string[]> {
  const events = new EventLog({ path, log: { warn() {}, info() {} }, maxQueuedEvents: 100_000, ...options })
  for (const one of told) {
    if ('bytesIn' in one) events.connectionClosed(one)
    else events.exchangeFinished(one)
  }
  await events.close()
  const text = readFileSync(path, 'utf8')
  rmSync(path)
  return text.split('\n').slice(0, -1)
}

const EVENT_ID = /^\{"event_id":"(ev_[0-9a-f]{24}[0-9a-z]{8})"/

const withoutId = (line: string): string => line.replace(EVENT_ID, '{"event_id":""')
const idOf = (line: string): string | undefined => EVENT_ID.exec(line)?.[1]

const NAMES = [
  ...['Host', 'host', 'User-Agent', 'ETag', 'etag', 'Cookie', 'Set-Cookie', 'Date', 'connection', 'X-Request-Id'],
  ...['__proto__', 'constructor', 'X'.repeat(70), 'Cache-Control', 'cache-control', 'X_Y'],
]
const VALUES = [
  ...[
    '',
    'a',
    'ABC',
    '"q"',
    'back\\slash',
    'É',
    'K',
    '\u212a',
    '日本',
    '\ud800',
    'tab\there',
    '\x7f',
    'gzip, deflate, br',
  ],
  ...['x'.repeat(300), 'y'.repeat(2000), `${'z'.repeat(1023)}\ud83d\ude00`, 'Mozilla/5.0 (X11; Linux x86_64)'],
]
const TARGETS = ['/', '/a?b=c', '*', 'http://u:p@h/x?y', '/É', '/q"?"', `/${'p'.repeat(1500)}?q`, '?']

/** Exchanges of few connections, about half of them like one before. */
function oddExchanges(seed: number, count: number): Told[] {
  const random = seeded(seed)
  const below = (bound: number): number => Math.floor(random() * bound)
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const headers = (): string[] =>
    Array.from({ length: below(7) }, () => [oneOf(NAMES), `${oneOf(VALUES)}${oneOf(['', '', below(100)])}`]).flat()
  const endpoint = (id: string) => ({ id, url: `https://${id}"`, host: id, session: { id: `s${id}`, accountId: 'ac' } })
  const endpoints = [undefined, endpoint('ep_1'), endpoint('ep_ü')] as unknown as ExchangeRecord['endpoint'][]
  const connections = [{}, { serverName: 'Ä"' }, { kind: 'http2' as const, bytesIn: 2 ** 40 }].map(toldConnection)
  const told: ExchangeRecord[] = []
  for (let at = 0; at < count; at++) {
    const begun = 100_000 + below(3) * 900
    const times = {
      startedAtMs: begun,
      requestEndedAtMs: oneOf([0, begun + 1]),
      sentAtMs: oneOf([0, begun + 1, begun + 2]),
      firstByteAtMs: oneOf([0, begun + 5, begun + 50]),
      endedAtMs: begun + below(100),
    }
    const earlier = told[told.length - 1 - below(6)]
    if (earlier && random() < 0.6) {
      const responseHeaders = random() < 0.3 ? [...earlier.responseHeaders] : earlier.responseHeaders
      const responseBytes = random() < 0.1 ? 10 ** below(12) : earlier.responseBytes
      told.push({ ...earlier, ...times, responseHeaders, responseBytes } as ExchangeRecord)
      continue
    }
    const policyEvents = random() < 0.1 ? [{ logs: [{ metadata: { ü: 1 } }], logBytes: 9 }] : undefined
    const more = {
      connection: oneOf(connections),
      endpoint: oneOf(endpoints),
      responseHeaders: headers(),
      policyEvents,
    }
    const error = random() < 0.1 ? { errorCode: 'ERR_TUNNEL_3004', isComplete: false, head: undefined } : {}
    told.push(toldExchange({ target: oneOf(TARGETS), headers: headers(), ...more, ...times, ...error }))
  }
  return told.flatMap((exchange) => (random() < 0.05 ? [exchange, exchange.connection] : [exchange]))
}

test.each(['safe', 'all', 'none'] as const)(
  'events are the same after others as alone, headers %s',
  async (headers) => {
    const told = oddExchanges(7, 250)
    const together = await linesOf(told, { headers })
    expect(together).toHaveLength(told.length)
    for (const [at, one] of told.entries()) {
      const [alone] = await linesOf([one], { headers })
      expect(withoutId(together[at] as string)).toBe(withoutId(alone as string))
    }
  },
)

test('each event has an id of its own, also where thousands are the same otherwise', async () => {
  const connection = toldConnection()
  const exchange = toldExchange({ connection, headers: ['A', 'B'], responseHeaders: ['C', 'D'] })
  const lines = await linesOf(Array.from({ length: 3000 }, () => exchange))
  expect(new Set(lines.map(idOf)).size).toBe(3000)
  expect(new Set(lines.map(withoutId)).size).toBe(1)
})

test('more events at once than one piece of memory holds are all written, in their order', async () => {
  const connection = toldConnection()
  const told = Array.from({ length: 2000 }, (_, at) =>
    toldExchange({ connection, target: `/${at}`, headers: ['X', 'y'.repeat(1000)] }),
  )
  const paths = (await linesOf(told)).map((line) => JSON.parse(line).object.http.request.url.path)
  expect(paths).toEqual(told.map((_, at) => `/${at}`))
})

test('times of an exchange that repeats itself are its own', async () => {
  const connection = toldConnection()
  const first = toldExchange({ connection, headers: ['A', 'B'], responseHeaders: ['C', 'D'] })
  // The clocks above make 100,000 the millisecond 123 of a second.
  const begins = [100_000, 100_001, 100_010, 100_870, 100_880, 101_000, 101_001, 101_877]
  const told = begins.map((begun) => ({
    ...first,
    startedAtMs: begun,
    requestEndedAtMs: begun + 1,
    firstByteAtMs: begun + 2,
    endedAtMs: begun + 3,
  }))
  const objects = (await linesOf(told as ExchangeRecord[])).map((line) => JSON.parse(line))
  const times = objects.map(({ event_timestamp, object: { http } }) => [
    ...[http.request.first_byte_ts, http.request.last_byte_ts],
    ...[http.response.first_byte_ts, http.response.last_byte_ts, event_timestamp],
  ])
  const iso = (ms: number) => new Date(1_800_000_000_123 - 100_000 + ms).toISOString()
  expect(times).toEqual(begins.map((ms) => [ms, ms + 1, ms + 2, ms + 3, ms + 3].map(iso)))
})
