import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { type EndpointConfig, forwardOver } from '@tunnel/agent-core'
import { expect, test } from 'vitest'
import { responseTo, startRequest } from './harness/http-request.ts'
import { openHttp2 } from './harness/http2-client.ts'
import { BODY_BYTES, bodyOf, writePieces } from './harness/noise.ts'
import { openTcp, visit } from './harness/raw-connection.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { startRawUpstream, startUpstream } from './harness/upstream.ts'

/** `/7` is body 7; `?chunked` leaves its length out. */
function answer(incoming: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(incoming.url as string, 'http://upstream')
  response.setHeader('content-type', 'text/plain')
  if (search !== '?chunked') response.setHeader('content-length', BODY_BYTES)
  writePieces(response, bodyOf(Number(pathname.slice(1))))
}

const rules = (phase: string, ...actions: object[]): EndpointConfig => ({
  traffic_policy: JSON.stringify({ [phase]: [{ actions }] }),
})
const addHeader = { type: 'add-headers', config: { headers: { 'x-out': 'yes' } } }

test('visitors that read slowly and fast, in every way, get their own bytes over one connection of an agent', async () => {
  const tunnel = await startTestEdge()
  const session = await tunnel.connectAgent()
  const upstream = await startUpstream(answer)
  upstream.server.on('upgrade', (incoming, socket) => {
    // The beginning of the bytes comes with the head.
    const body = bodyOf(Number(incoming.url?.slice(1)))
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n'
    socket.on('error', () => {}).write(Buffer.concat([Buffer.from(head), body.subarray(0, 10_000)]))
    writePieces(socket, body.subarray(10_000))
  })
  const raw = await startRawUpstream((connection) => {
    connection.socket.once('data', (seed: Buffer) => writePieces(connection.socket, bodyOf(seed[0] as number)))
  })
  const forward = async (config: EndpointConfig, { port }: { port: number } = upstream): Promise<string> =>
    (await forwardOver(session, { addr: port, host_header: 'preserve', ...config })).url() as string

  const [http, https] = [await forward({ schemes: 'http' }), await forward({ schemes: 'https' })]
  await forward({ url: 'https://other.internal' })
  const policed = await forward({ schemes: 'http', ...rules('on_http_response', addHeader) })
  const waiting = await forward({
    schemes: 'http',
    ...rules('on_http_response', { type: 'http-request', config: { url: 'https://other.internal/0' } }),
  })
  const forwarded = await forward({
    schemes: 'http',
    ...rules('on_http_request', { type: 'forward-internal', config: { url: 'https://other.internal' } }),
  })
  const compressed = await forward({ schemes: 'http', ...rules('on_http_response', { type: 'compress-response' }) })
  const tcp = Number(new URL(await forward({ proto: 'tcp' }, raw)).port)

  let seeds = 0
  let fastAreDone = (): void => {}
  const afterTheFast = new Promise<void>((resolve) => (fastAreDone = resolve))
  const names: string[] = []

  /** What was read of body `seed`, in the end. A slow one reads its beginning, and the rest after the fast have all of theirs. */
  async function collect(stream: Readable, isSlow: boolean): Promise<Buffer> {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    const ended = once(stream, 'end')
    if (isSlow) {
      await once(stream, 'data')
      stream.pause()
      await afterTheFast
      stream.resume()
    }
    await ended
    return Buffer.concat(chunks)
  }

  /** Compares at the very end: what is wrong, if anything. */
  type Visit = (seed: number, isSlow: boolean) => Promise<Buffer>
  async function wrongBytes(name: string, isSlow: boolean, take: Visit): Promise<string | undefined> {
    const seed = ++seeds
    names.push(name)
    const received = await take(seed, isSlow)
    return received.equals(bodyOf(seed)) ? undefined : `${name}${isSlow ? ', slowly' : ''}`
  }

  const overHttp1 =
    (url: string, search = '', headers = {}): Visit =>
    async (seed, isSlow) => {
      const outgoing = await startRequest(url, { path: `/${seed}${search}`, headers })
      outgoing.end()
      const response = await responseTo(outgoing)
      expect(response.statusCode).toBe(200)
      const body = await collect(response, isSlow)
      return response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    }
  const overHttp2: Visit = async (seed, isSlow) => {
    const stream = (await openHttp2(https)).request({ ':path': `/${seed}` })
    return collect(stream, isSlow)
  }
  const upgraded =
    (url: string): Visit =>
    async (seed, isSlow) => {
      const { socket } = await visit(url)
      const body = collect(socket, isSlow)
      socket.write(
        `GET /${seed} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n`,
      )
      const received = await body
      socket.end()
      return received.subarray(received.indexOf('\r\n\r\n') + 4)
    }
  const overTcp: Visit = async (seed, isSlow) => {
    const { socket } = await openTcp(tcp)
    const body = collect(socket, isSlow)
    socket.write(Buffer.from([seed]))
    const received = await body
    socket.end()
    return received
  }

  const all: [string, Visit][] = [
    ['http', overHttp1(http)],
    ['http, chunked', overHttp1(http, '?chunked')],
    ['https', overHttp1(https)],
    ['https, chunked', overHttp1(https, '?chunked')],
    ['a policy that changes headers', overHttp1(policed, '?chunked')],
    ['a policy that waits', overHttp1(waiting)],
    ['a policy that sends it elsewhere', overHttp1(forwarded)],
    ['a policy that changes bodies', overHttp1(compressed, '', { 'accept-encoding': 'gzip' })],
    ['HTTP/2', overHttp2],
    ['upgraded', upgraded(http)],
    ['upgraded over TLS', upgraded(https)],
    ['tcp', overTcp],
  ]
  const slow = all.map(([name, take]) => wrongBytes(name, true, take))
  const fast = all.map(([name, take]) => wrongBytes(name, false, take))
  const wrong = await Promise.all(fast)
  fastAreDone()
  wrong.push(...(await Promise.all(slow)))
  expect(wrong.filter((name) => name !== undefined)).toEqual([])
  expect(names).toHaveLength(24)
})
