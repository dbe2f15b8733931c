import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  captureChangeSchema,
  captureDetailSchema,
  captureListQuerySchema,
  captureListSchema,
  captureSummarySchema,
  endpointListSchema,
  type LiveEvent,
  liveCommandSchema,
  liveEventSchema,
  messageListQuerySchema,
  messageListSchema,
  metricsSchema,
  replayRequestSchema,
  sendMessageSchema,
  tunnelListSchema,
} from '../../../../../packages/inspector/src/contract.ts'
import { matchesFilter, parseFilter } from '../../../../../packages/inspector/src/filter.ts'
import { agentMetrics, agentStatus, endpoints, tunnels, usage } from './agent-facts.ts'
import { capture, type Exchange, type MockCapture } from './exchanges.ts'

const WEB = join(import.meta.dirname, '../../../../../packages/inspector/dist/web')
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}
/** As strict as the pages are to bear. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What a page asked the agent to do, in order. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

export interface MockAgent {
  readonly url: string
  readonly asked: Asked[]
  readonly ids: () => string[]
  add(...exchanges: Exchange[]): string[]
  change(id: string, exchange: (one: MockCapture) => MockCapture): void
  /** Adds more than a batch of the feed can name: it says only that there was much. */
  addMuch(...exchanges: Exchange[]): void
  /** Forgets a capture, and tells no page. */
  remove(id: string): void
  /** Ends all live feeds, and lets none in until what it returns is called. */
  cutFeeds(): () => void
  /** Answers what asks for one capture only when what it returns is called. */
  holdDetails(): () => void
}

/** The pages of the inspector over captures that a test makes up. All that it answers is held against the contract. */
export async function startMockAgent(): Promise<MockAgent> {
  const captures = new Map<string, MockCapture>()
  const asked: Asked[] = []
  const feeds = new Map<WebSocket, string>()
  let cut = false
  let detailsAllowed: Promise<void> | undefined
  const newestFirst = (): MockCapture[] => [...captures.values()].sort((a, b) => (a.detail.id < b.detail.id ? 1 : -1))

  const matching = (filter: string): MockCapture[] => {
    const parsed = parseFilter(filter)
    if ('problem' in parsed) throw new Refusal(400, parsed.problem.message)
    return newestFirst().filter((one) => matchesFilter(parsed.filter, subject(one)))
  }

  const tell = (changed: MockCapture[], removed: string[] = [], cleared = false): void => {
    for (const [feed, filter] of feeds) {
      const parsed = parseFilter(filter)
      const through = 'filter' in parsed ? changed.filter((one) => matchesFilter(parsed.filter, subject(one))) : changed
      const event: LiveEvent = {
        type: 'batch',
        changed: through.map(summaryOf),
        unmatched: changed.filter((one) => !through.includes(one)).map(({ detail }) => detail.id),
        removed,
        cleared,
        usage: usage(captures.size),
        total: captures.size,
      }
      feed.send(JSON.stringify(liveEventSchema.parse(event)))
    }
  }

  const add = (...exchanges: Exchange[]): string[] => {
    const made = exchanges.map(capture)
    for (const one of made) captures.set(one.detail.id, one)
    tell(made)
    return made.map(({ detail }) => detail.id)
  }

  const addMuch = (...exchanges: Exchange[]): void => {
    const made = exchanges.map(capture)
    for (const one of made) captures.set(one.detail.id, one)
    tell(made.slice(-1), [], true)
  }

  const change = (id: string, how: (one: MockCapture) => MockCapture): void => {
    const changed = how(found(captures, id))
    captures.set(id, changed)
    tell([changed])
  }

  const api = async (request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET'
    const json = method === 'GET' ? '' : await text(request)
    const body: unknown = json === '' ? undefined : JSON.parse(json)
    if (json !== '' && request.headers['content-type'] !== 'application/json') throw new Refusal(415, 'not JSON')
    if (method !== 'GET') asked.push({ method, path: url.pathname + url.search, body })
    const query = Object.fromEntries(url.searchParams)
    const [, , resource = '', id = '', part = '', index = ''] = url.pathname.split('/')
    const one = (): MockCapture => found(captures, id)
    const answers: Record<string, () => unknown> = {
      'GET status': () => agentStatus(captures.size),
      'GET metrics': () => metricsSchema.parse(agentMetrics),
      'GET tunnels': () => tunnelListSchema.parse({ tunnels, uri: '/api/tunnels' }),
      'GET endpoints': () => endpointListSchema.parse({ endpoints, uri: '/api/endpoints' }),
      'GET captures': () => {
        const { filter = '', limit, before } = captureListQuerySchema.parse(query)
        const matched = matching(filter)
        const older = before === undefined ? matched : matched.filter(({ detail }) => detail.id < before)
        const page = older.slice(0, limit)
        return captureListSchema.parse({
          uri: '/api/captures',
          captures: page.map(summaryOf),
          matched: matched.length,
          total: captures.size,
          next: older.length > limit ? (page.at(-1)?.detail.id ?? null) : null,
          headerNames: ['Host', 'Accept', 'X-Shop'],
          usage: usage(captures.size),
        })
      },
      'DELETE captures': () => {
        const gone = matching(query.filter ?? '').filter(({ detail }) => !detail.pinned)
        for (const { detail } of gone) captures.delete(detail.id)
        tell(
          [],
          gone.map(({ detail }) => detail.id),
        )
        return { deleted: gone.length }
      },
      'GET captures/id': () => captureDetailSchema.parse(one().detail),
      'PATCH captures/id': () => {
        const asks = captureChangeSchema.parse(body)
        const { pinned = one().detail.pinned, note = one().detail.note } = asks
        change(id, (now) => ({ ...now, detail: { ...now.detail, pinned, note } }))
        return summaryOf(one())
      },
      'DELETE captures/id': () => {
        captures.delete(id)
        tell([], [id])
        return undefined
      },
      'POST captures/id/replay': () => {
        const replay = replayRequestSchema.parse(body)
        const ids = Array.from({ length: replay.times }, () => add(replayed(one(), replay))).flat()
        change(id, (now) => ({ ...now, detail: { ...now.detail, replays: [...now.detail.replays, ...ids] } }))
        return { ids }
      },
      'GET captures/id/test': () => ({ fileName: `capture.test.ts`, text: `test('${query.format}', () => {})\n` }),
      'GET captures/id/messages': () => {
        const { after, limit, direction } = messageListQuerySchema.parse(query)
        const all = one().messages.filter((message) => direction === undefined || message.direction === direction)
        const left = all.filter((message) => message.index > after)
        const uri = url.pathname
        const page = left.slice(0, limit)
        return messageListSchema.parse({
          uri,
          messages: page,
          total: all.length,
          next: left.length > limit ? (page.at(-1)?.index ?? null) : null,
          problem: null,
        })
      },
      'POST captures/id/messages': () => {
        const message = sendMessageSchema.parse(body)
        change(id, (now) => ({ ...now, messages: [...now.messages, sent(now, message)], detail: counted(now) }))
        return undefined
      },
      'GET captures.har': () => ({
        log: { version: '1.2', entries: matching(query.filter ?? '').map(({ detail }) => detail.id) },
      }),
      'POST captures.har': () => {
        const { log } = body as { log: { entries: { request: { method: string; url: string } }[] } }
        const ids = log.entries.flatMap(({ request: { method: own, url: path } }) =>
          add({ method: own, path: new URL(path).pathname, summary: { imported: true } }),
        )
        return { ids, skipped: 0 }
      },
    }
    if (part === 'request' || part === 'response') return sendBody(one(), part, url, response)
    if (part === 'messages' && index !== '') return sendBytes(response, payload(one(), Number(index)), 200)
    if (method === 'GET' && resource === 'captures' && id !== '' && part === '') await detailsAllowed
    const answer = answers[`${method} ${[resource, id && 'id', part].filter(Boolean).join('/')}`]
    if (!answer) throw new Refusal(404, `there is no ${method} ${url.pathname}`)
    const value = answer()
    if (value === undefined) response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    const answer = url.pathname.startsWith('/api/') ? api(request, url, response) : page(url.pathname, response)
    answer.catch((error: Error) => {
      const status = error instanceof Refusal ? error.status : 500
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error_code: 100, status_code: status, msg: error.message, details: {} }))
    })
  })
  const sockets = new WebSocketServer({ server, path: '/api/live' })
  sockets.on('connection', (feed) => {
    if (cut) return feed.terminate()
    feeds.set(feed, '')
    const hello: LiveEvent = {
      type: 'hello',
      batchIntervalMs: 50,
      status: agentStatus(captures.size),
      usage: usage(captures.size),
    }
    feed.send(JSON.stringify(hello))
    feed.on('message', (data) => feeds.set(feed, liveCommandSchema.parse(JSON.parse(String(data))).filter))
    feed.on('close', () => feeds.delete(feed))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const feed of feeds.keys()) feed.terminate()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const cutFeeds = () => {
    cut = true
    for (const feed of feeds.keys()) feed.terminate()
    return () => {
      cut = false
    }
  }
  const holdDetails = () => {
    let release = (): void => {}
    detailsAllowed = new Promise((resolve) => {
      release = resolve
    })
    return release
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked,
    ids: () => newestFirst().map(({ detail }) => detail.id),
    add,
    addMuch,
    change,
    remove: (id) => void captures.delete(id),
    cutFeeds,
    holdDetails,
  }
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function found(captures: Map<string, MockCapture>, id: string): MockCapture {
  const one = captures.get(id)
  if (!one) throw new Refusal(404, 'resource not found')
  return one
}

const summaryOf = ({ detail }: MockCapture) => captureSummarySchema.parse(detail)

function subject({ detail, requestBody, responseBody }: MockCapture) {
  const headers = [...(detail.request?.headers ?? []), ...(detail.response?.headers ?? [])]
  return {
    summary: detail,
    headerValues: (wanted: string) =>
      headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value),
    containsText: (words: string) => `${requestBody}\n${responseBody}`.toLowerCase().includes(words),
  }
}

/** What the upstream "answers" to a replay: another answer than the first time. */
function replayed(one: MockCapture, replay: ReturnType<typeof replayRequestSchema.parse>): Exchange {
  const { detail } = one
  const body =
    replay.body ?? (replay.bodyBase64 === undefined ? one.requestBody : Buffer.from(replay.bodyBase64, 'base64'))
  return {
    method: replay.method ?? detail.method,
    path: replay.target ?? detail.path,
    headers: (replay.headers ?? detail.request?.headers ?? []).filter(([name]) => !/^(?:host|accept)$/i.test(name)),
    trailers: replay.trailers ?? [],
    body,
    status: 201,
    reason: 'Created',
    responseHeaders: [
      ['Content-Type', 'application/json'],
      ['X-Attempt', '2'],
    ],
    responseBody: one.responseBody.toString().replace('45', '46'),
    summary: { replayOf: detail.id, endpoint: replay.endpoint ?? detail.endpoint },
    ...(replay.upstream !== undefined && { detail: { upstream: replay.upstream } }),
  }
}

function sent(now: MockCapture, { to, text: words, base64 }: ReturnType<typeof sendMessageSchema.parse>) {
  return {
    type: 'websocket' as const,
    index: now.messages.length,
    direction: to === 'upstream' ? ('request' as const) : ('response' as const),
    atMs: 1_000,
    bytes: (words ?? base64 ?? '').length,
    truncated: false,
    opcode: words === undefined ? ('binary' as const) : ('text' as const),
    compressed: false,
    injected: true,
    ...(words === undefined ? { base64 } : { text: words }),
  }
}

const counted = ({ detail }: MockCapture) => ({ ...detail, messageCount: detail.messageCount + 1 })

function payload(one: MockCapture, index: number): Buffer {
  const message = one.messages[index]
  if (!message) throw new Refusal(404, 'resource not found')
  if ('base64' in message && message.base64 !== undefined) return Buffer.from(message.base64, 'base64')
  return Buffer.from('text' in message ? (message.text ?? '') : '')
}

function sendBody(
  one: MockCapture,
  side: 'request' | 'response',
  { searchParams }: URL,
  response: ServerResponse,
): void {
  const stored = side === 'request' ? one.requestBody : one.responseBody
  const whole = searchParams.get('decoded') === 'true' ? gunzipSync(stored) : stored
  const from = Number(searchParams.get('from') ?? 0)
  const part = whole.subarray(from, from + Number(searchParams.get('length') ?? 1_048_576))
  sendBytes(response, part, part.length < whole.length ? 206 : 200)
}

function sendBytes(response: ServerResponse, bytes: Buffer, status: number): void {
  response.writeHead(status, {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  })
  response.end(bytes)
}

async function page(path: string, response: ServerResponse): Promise<void> {
  if (path === '/') return void response.writeHead(302, { location: '/inspect/http' }).end()
  const name = path.startsWith('/assets/web/') ? path.slice('/assets/web/'.length) : 'index.html'
  const content = await readFile(join(WEB, name)).catch(() => undefined)
  if (!content) return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  })
  response.end(content)
}
