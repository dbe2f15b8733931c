// What telling costs in an edge: processor time of the whole process (V8's threads and the thread pool that writes included) for each exchange, with
// the records that an edge makes, the observers as built and a real file, but without sockets, proxying and what else makes memory cold: on the way of
// real requests it is more. `heads repeat`: 50 visitor connections that send the same head again and again; `heads new`: each request and each answer is
// another object, most of whose values others have had before it. Figures are differences to the same work without an observer, which makes no records either.
// Interleaved rounds, medians. Run: pnpm --filter @tunnel/edge-telemetry bench

import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { combineObservers, EdgeCounters, EventLog } from '@tunnel/edge-telemetry'
// An edge makes records of its own sockets, and gives them to nobody but observers.
import { ConnectionRecord } from '../../edge/dist/observation/connection-record.js'
import { RequestDecoder, ResponseDecoder } from '../../http/dist/index.js'

const [rounds = 5, exchangesPerRound = 40_000] = process.argv.slice(2, 4).map(Number)
/** Of a scene: to profile it alone. */
const only = process.argv[4]
const CONNECTIONS = 50
/** Half of the connections wait for an answer while the others are answered. */
const EXCHANGES_PER_TURN = CONNECTIONS / 2
const MAX_WAITING_EVENTS = 1000

const endpoint = {
  id: 'ep_2nA1b2c3d4e5f6g7h8i9j0k1l2m',
  url: 'https://app.tunnel.example',
  host: 'app.tunnel.example',
  session: { id: 'ts_2nA1b2c3d4e5f6g7h8i9j0k1l2m', accountId: 'ac_2nA1b2c3d4e5f6g7h8i9j0k1l2m' },
}

const requestText = (id) =>
  Buffer.from(
    `${[
      `GET /api/v1/items/${id}?page=2&sort=name HTTP/1.1`,
      'Host: app.tunnel.example',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Accept-Language: en-US,en;q=0.5',
      'Accept-Encoding: gzip, deflate, br, zstd',
      'Connection: keep-alive',
      'Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark',
      'Referer: https://app.tunnel.example/api/v1/items',
      `X-Request-Id: 6fa459ea-ee8a-3ca4-894e-db77${id}`,
    ].join('\r\n')}\r\n\r\n`,
  )
const responseText = (id) =>
  Buffer.from(
    `${[
      'HTTP/1.1 200 OK',
      'Date: Sat, 21 Nov 2026 08:00:00 GMT',
      'Content-Type: application/json; charset=utf-8',
      'Content-Length: 0',
      'Cache-Control: private, max-age=0',
      `ETag: W/"5e-qQkcHXbKX4zZ8YkSBcF${id}"`,
      'Vary: Accept-Encoding',
      'X-Content-Type-Options: nosniff',
      'Connection: keep-alive',
    ].join('\r\n')}\r\n\r\n`,
  )

const fails = (error) => {
  throw error
}

/** As an edge has it: its strings are cut out of the head's text. */
function requestHead(bytes) {
  let head
  const onHead = (read) => {
    head = read
  }
  new RequestDecoder({ onHead, onBody() {}, onEnd() {}, onError: fails }).write(bytes)
  return head
}

function responseHead(bytes) {
  let head
  const onHead = (read) => {
    head = read
  }
  const decoder = new ResponseDecoder({ onHead, onInformational() {}, onBody() {}, onEnd() {}, onError: fails })
  decoder.expect('GET', false)
  decoder.write(bytes)
  return head
}

/** More than are remembered anywhere, so that each is new when it comes. */
const ids = Array.from({ length: 4096 }, (_, at) => (0x10000000 + at * 40503).toString(16))
const newRequests = ids.map((id) => requestHead(requestText(id)))
const newResponses = ids.map((id) => responseHead(responseText(id)))

/** What a connection repeats is one object, and another one than that of the next, which says the same. */
const repeatedRequests = Array.from({ length: CONNECTIONS }, () => requestHead(requestText('00000000')))
const repeatedResponses = Array.from({ length: EXCHANGES_PER_TURN }, () => responseHead(responseText('00000000')))

function socketOf(port) {
  const ends = { remoteAddress: '203.0.113.9', remotePort: port, localAddress: '192.0.2.1', localPort: 80 }
  return Object.assign(new EventEmitter(), ends, { bytesRead: 500, bytesWritten: 700 })
}

/** A visitor connection as far as telling goes. */
class Visitor {
  constructor(observer, port) {
    this.socket = socketOf(port)
    this.observed = observer && new ConnectionRecord(observer, this.socket, 'http1')
  }

  begin(head) {
    this.record = this.observed?.begin(head)
    if (!this.record) return
    this.observed.lead(this.record, endpoint)
    this.record.sentTo(endpoint, true)
  }

  end(head) {
    const { record } = this
    if (!record) return
    record.answeredWith(head)
    record.responseBytes += 128
    record.isComplete = true
    this.record = undefined
    this.observed.finish(record)
  }
}

async function exchanges(observer, count, isNew, events) {
  const visitors = Array.from({ length: CONNECTIONS }, (_, at) => new Visitor(observer, 50_000 + at))
  let turn = 0
  for (let done = 0; done < count; done += EXCHANGES_PER_TURN, turn++) {
    const [waiting, idle] = turn % 2 === 0 ? [0, EXCHANGES_PER_TURN] : [EXCHANGES_PER_TURN, 0]
    for (let at = 0; at < EXCHANGES_PER_TURN; at++) {
      // Streams to agents are taken in another order than they were given back.
      const stream = (at + turn) % EXCHANGES_PER_TURN
      visitors[waiting + at].end(isNew ? newResponses[(done + at) % ids.length] : repeatedResponses[stream])
    }
    for (let at = 0; at < EXCHANGES_PER_TURN; at++) {
      visitors[idle + at].begin(isNew ? newRequests[(done + at) % ids.length] : repeatedRequests[idle + at])
    }
    await nextTurn()
    while (events && events.queuedCount > MAX_WAITING_EVENTS) await delay(1)
  }
  for (const { socket } of visitors) socket.emit('close')
}

/** Connections that carry one exchange each. */
async function connections(observer, count, _isNew, events) {
  for (let done = 0; done < count; done += EXCHANGES_PER_TURN) {
    for (let at = 0; at < EXCHANGES_PER_TURN; at++) {
      const visitor = new Visitor(observer, 40_000 + ((done + at) % 20_000))
      visitor.begin(newRequests[(done + at) % ids.length])
      visitor.end(repeatedResponses[at])
      visitor.socket.emit('close')
    }
    await nextTurn()
    while (events && events.queuedCount > MAX_WAITING_EVENTS) await delay(1)
  }
}

const directory = mkdtempSync(join(tmpdir(), 'telling-'))
const log = { warn: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`), info() {} }

async function measured(run, wanted, isNew) {
  const events = wanted.includes('events')
    ? new EventLog({ path: join(directory, 'events.log'), maxBytes: 32 * 1024 * 1024, log })
    : undefined
  const counters = wanted.includes('metrics') ? new EdgeCounters() : undefined
  const some = [events, counters].filter((one) => one !== undefined)
  const observer = wanted === '' ? undefined : (combineObservers(some) ?? {})
  const begun = process.cpuUsage()
  await run(observer, exchangesPerRound, isNew, events)
  await events?.close()
  const { user, system } = process.cpuUsage(begun)
  if (events?.droppedCount) throw new Error(`${events.droppedCount} events dropped`)
  return (user + system) / exchangesPerRound
}

const every = ['', 'records', 'metrics', 'events', 'events, metrics']
const scenes = [
  ['heads repeat', exchanges, false],
  ['heads new', exchanges, true],
  ['one exchange for each connection', connections, false],
]
  .filter(([name]) => only === undefined || name === only)
  .map(([name, run, isNew]) => ({ name, run, isNew, times: every.map(() => []) }))

for (let round = -1; round < rounds; round++) {
  for (const { run, isNew, times } of scenes) {
    for (const [at, wanted] of every.entries()) {
      const microseconds = await measured(run, wanted, isNew)
      if (round >= 0) times[at].push(microseconds)
    }
  }
}
rmSync(directory, { recursive: true, force: true })

const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b)
  return [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((value) => value.toFixed(2))
}
process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model}, ${rounds} rounds of ${exchangesPerRound} exchanges, µs of processor time for each\n`,
)
for (const { name, times } of scenes) {
  const [bare] = spread(times[0])
  process.stdout.write(`${name}: without an observer ${bare}\n`)
  for (const [at, wanted] of every.entries()) {
    if (at === 0) continue
    const [median, low, high] = spread(times[at].map((time, round) => time - times[0][round]))
    process.stdout.write(`  ${(at === 1 ? 'records for nobody' : wanted).padEnd(20)} ${median} (${low} to ${high})\n`)
  }
}
