import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { EventLog, type EventLogOptions } from '../src/index.ts'
import { toldConnection, toldExchange } from './told.ts'

let directory: string
let path: string
let said: string[]
const log = {
  warn: (_fields: object, message: string): void => void said.push(`warn: ${message}`),
  info: (_fields: object, message: string): void => void said.push(`info: ${message}`),
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'events-'))
  path = join(directory, 'events.log')
  said = []
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
})

const open = (options: Partial<EventLogOptions> = {}): EventLog => new EventLog({ path, log, ...options })

// biome-ignore lint/suspicious/noExplicitAny: what is under test is the shape
const eventsIn = (file = path): any[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

/** What one exchange becomes. */
async function eventOf(...[exchange, options]: [Parameters<typeof toldExchange>[0], Partial<EventLogOptions>?]) {
  const events = open(options)
  events.exchangeFinished(toldExchange(exchange))
  await events.close()
  return eventsIn()[0].object
}

describe('an event', () => {
  test('has headers as lists, their names capitalised and values in lower case, hop-by-hop ones left out', async () => {
    const headers = ['x-a', 'One', 'X-A', 'TWO', 'Connection', 'close', 'user-agent', 'Probe/1']
    const { http } = await eventOf({ headers, responseHeaders: ['etag', '"Ä"'] })
    expect(http.request.headers).toEqual({ 'X-A': ['one', 'two'], 'User-Agent': ['probe/1'] })
    expect(http.request.user_agent).toBe('Probe/1')
    expect(http.response.headers).toEqual({ Etag: ['"ä"'] })
  })

  test.each([
    ['safe', { Authorization: ['[redacted]'], Cookie: ['[redacted]'], 'X-Api-Key': ['[redacted]'], 'X-B': ['c'] }],
    ['all', { Authorization: ['bearer s3cret'], Cookie: ['a=s3cret'], 'X-Api-Key': ['s3cret'], 'X-B': ['c'] }],
    ['none', {}],
  ] as const)('with the headers %s has no more of them', async (headers, shown) => {
    const sent = ['Authorization', 'Bearer s3cret', 'Cookie', 'a=s3cret', 'X-Api-Key', 's3cret', 'X-B', 'c']
    const { http } = await eventOf({ headers: sent, responseHeaders: ['Set-Cookie', 'b=s3cret'] }, { headers })
    expect(http.request.headers).toEqual(shown)
    const cookies = { safe: { 'Set-Cookie': ['[redacted]'] }, all: { 'Set-Cookie': ['b=s3cret'] }, none: {} }[headers]
    expect(http.response.headers).toEqual(cookies)
  })

  test.each([
    ['/a?b=c&d', { path: '/a', query: 'b=c&d', raw: '/a?b=c&d' }],
    ['http://user:s3cret@app.tunnel.example/a?b', { path: '/a', query: 'b', raw: '/a?b' }],
    ['http://user:s3cret@app.tunnel.example?b', { path: '/', query: 'b', raw: '/?b' }],
    ['*', { path: '*', query: '', raw: '*' }],
  ])('of %s has the parts of the URL, and no password', async (target, parts) => {
    const { http } = await eventOf({ target })
    expect(http.request.url).toEqual({ host: 'app.tunnel.example', scheme: 'http', ...parts })
  })

  test('is cut where a stranger made it long', async () => {
    const headers = ['X', 'y'.repeat(5000), ...Array.from({ length: 300 }, (_, at) => [`N${at}`, '']).flat()]
    const { http } = await eventOf({ headers, target: `/${'a'.repeat(5000)}` })
    expect(http.request.headers.X[0]).toHaveLength(1024)
    expect(Object.keys(http.request.headers)).toHaveLength(200)
    expect(http.request.url.path).toHaveLength(1024)
  })

  test('says what policies decided and logged, and leaves out what they did not', async () => {
    const policyEvents = [
      { logs: [{ metadata: { at: 'ü' } }], logBytes: 9, ipPolicy: 'allow' as const },
      { logs: [], logBytes: 0, basicAuth: { decision: 'block' as const, username: 'eve"' } },
    ]
    expect(await eventOf({ policyEvents })).toMatchObject({
      ip_policy: { decision: 'allow' },
      basic_auth: { decision: 'block', username: 'eve"' },
      traffic_policy: { logs: [{ at: 'ü' }] },
    })
    rmSync(path)
    const object = await eventOf({})
    expect(Object.keys(object).sort()).toEqual(['backend', 'complete', 'conn', 'http'])
  })

  test('of what is no HTTP has no request but its times', async () => {
    const { http, error_code } = await eventOf({
      head: undefined,
      status: 400,
      sentAtMs: 0,
      errorCode: 'ERR_TUNNEL_3003',
    })
    expect(http.request).toMatchObject({ method: '', url: null, headers: {} })
    expect([http.response.status_code, error_code]).toEqual([400, 'ERR_TUNNEL_3003'])
  })

  test('that repeats itself is written as the first time, with its own numbers', async () => {
    const events = open()
    const connection = toldConnection()
    const first = toldExchange({ connection, headers: ['A', 'B'], responseHeaders: ['C', 'D'] })
    for (let bytes = 1; bytes <= 4; bytes++)
      events.exchangeFinished(Object.assign(Object.create(first), { responseBytes: bytes }))
    await events.close()
    const objects = eventsIn().map(({ object }) => object)
    const same = objects.map((object) => ({
      ...object,
      http: { ...object.http, response: object.http.response.headers },
    }))
    expect(new Set(same.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(objects.map(({ http }) => http.response.body_length)).toEqual([1, 2, 3, 4])
    expect(new Set(eventsIn().map(({ event_id }) => event_id)).size).toBe(4)
  })
})

describe('the file', () => {
  test('is renamed before it has more than maxBytes, and so many of it are kept', async () => {
    const events = open({ maxBytes: 65_536, maxFiles: 2 })
    await writeRounds(events, 8)
    await events.close()
    expect(readdirSync(directory).sort()).toEqual(['events.log', 'events.log.1', 'events.log.2'])
    const rounds = ['', '.1', '.2'].map((suffix) => {
      const file = `${path}${suffix}`
      expect(statSync(file).size).toBeLessThanOrEqual(65_536)
      return eventsIn(file).map(({ object }) => Number(object.http.request.url.path.split('/')[1]))
    })
    // The youngest is in the file itself, and none is in two.
    expect(rounds.flat().toSorted()).toEqual(rounds.toReversed().flat())
    expect(rounds[0]?.at(-1)).toBe(7)
  })

  test('is renamed where a link leads to it; the link stays', async () => {
    const place = join(directory, 'disk')
    mkdirSync(place)
    symlinkSync(join(place, 'told.log'), path)
    const events = open({ maxBytes: 65_536, maxFiles: 1 })
    await writeRounds(events, 8)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readdirSync(place).sort()).toEqual(['told.log', 'told.log.1'])
    expect(statSync(path).size).toBeLessThanOrEqual(65_536)

    renameSync(path, `${path}.moved`)
    events.reopen()
    events.exchangeFinished(toldExchange())
    await events.close()
    expect(lstatSync(path).isFile()).toBe(true)
    expect(eventsIn()).toHaveLength(1)
  })

  test.skipIf(process.platform === 'win32')('that is a pipe gets everything, and is never renamed', async () => {
    execFileSync('mkfifo', [path])
    const reader = spawn('cat', [path])
    let read = ''
    reader.stdout.on('data', (chunk: Buffer) => (read += chunk))
    const events = open({ maxBytes: 65_536, maxFiles: 1 })
    await writeRounds(events, 8)
    await events.close()
    await once(reader, 'close')
    expect(readdirSync(directory)).toEqual(['events.log'])
    expect(lstatSync(path).isFIFO()).toBe(true)
    expect(read.split('\n')).toHaveLength(8 * 40 + 1)
    expect([events.writtenCount, events.lostCount]).toEqual([320, 0])
  })

  test.skipIf(process.platform === 'win32')(
    'that is a pipe nobody reads costs events, and holds nothing up',
    async () => {
      execFileSync('mkfifo', [path])
      const events = open()
      events.exchangeFinished(toldExchange())
      await flushed(events)
      expect([events.writtenCount, events.lostCount]).toEqual([0, 1])
      // Opened both ways it has a reader, who never reads.
      const reader = openSync(path, 'r+')
      await writeRounds(events, 1, { isFlushed: false })
      await events.close()
      expect(events.queuedCount).toBe(40)
      closeSync(reader)
      expect(said).toEqual(['warn: events cannot be written and are lost until they can'])
    },
  )

  test('is begun anew where somebody has moved it away, once it was told', async () => {
    const events = open()
    events.exchangeFinished(toldExchange({ target: '/1' }))
    await flushed(events)
    renameSync(path, `${path}.moved`)
    events.reopen()
    events.exchangeFinished(toldExchange({ target: '/2' }))
    await events.close()
    expect(eventsIn().map(({ object }) => object.http.request.url.path)).toEqual(['/2'])
    expect(eventsIn(`${path}.moved`)).toHaveLength(1)
  })

  test('that cannot be written is said once, costs the events of that time, and is written again', async () => {
    writeFileSync(join(directory, 'taken'), '')
    path = join(directory, 'taken', 'events.log')
    const events = open()
    for (let count = 0; count < 3; count++) {
      events.exchangeFinished(toldExchange())
      await flushed(events)
    }
    expect([events.lostCount, events.writtenCount]).toEqual([3, 0])
    rmSync(join(directory, 'taken'))
    mkdirSync(join(directory, 'taken'))
    events.exchangeFinished(toldExchange())
    await events.close()
    expect([eventsIn().length, events.writtenCount, events.lostCount]).toEqual([1, 1, 3])
    expect(said).toEqual([
      'warn: events cannot be written and are lost until they can',
      'info: events are written again',
    ])
  })
})

test('what comes beyond maxQueuedEvents is dropped and counted', async () => {
  const events = open({ maxQueuedEvents: 3 })
  for (let count = 0; count < 5; count++) events.exchangeFinished(toldExchange())
  expect([events.queuedCount, events.droppedCount]).toEqual([3, 2])
  await events.close()
  expect([events.queuedCount, events.writtenCount, eventsIn().length]).toEqual([0, 3, 3])
})

/** Writes 40 events of more than 900 bytes in each round. */
async function writeRounds(events: EventLog, rounds: number, { isFlushed = true } = {}): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let count = 0; count < 40; count++)
      events.exchangeFinished(toldExchange({ target: `/${round}/${'x'.repeat(900)}` }))
    if (isFlushed) await flushed(events)
  }
}

/** Until nothing waits any more. */
async function flushed(events: EventLog): Promise<void> {
  await expect.poll(() => events.queuedCount, { interval: 5 }).toBe(0)
}
