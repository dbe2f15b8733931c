import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex, Readable, Writable } from 'node:stream'
import { type EndpointConfig, forwardOver } from '@tunnel/agent-core'
import { expect, test } from 'vitest'
import { responseTo, startRequest } from './harness/http-request.ts'
import { openHttp2 } from './harness/http2-client.ts'
import { BODY_BYTES, bodyOf, writePieces } from './harness/noise.ts'
import { openTcp, visit } from './harness/raw-connection.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { startRawUpstream, startUpstream } from './harness/upstream.ts'

const addHeader = { actions: [{ type: 'add-headers', config: { headers: { 'x-in': 'yes' } } }] }
const elsewhere = { actions: [{ type: 'forward-internal', config: { url: 'https://other.internal' } }] }
const onRequest = (rule: object): EndpointConfig => ({ traffic_policy: JSON.stringify({ on_http_request: [rule] }) })

test('services that read slowly and fast get their own bytes of visitors that send in every way, beside others that break off', async () => {
  const tunnel = await startTestEdge()
  const session = await tunnel.connectAgent()
  let fastAreDone = (): void => {}
  const afterTheFast = new Promise<void>((resolve) => (fastAreDone = resolve))
  /** What arrived of each visitor's body, whole. */
  const arrived = new Map<string, (body: Buffer) => void>()

  /** `key` is that of a visit; of a slow one only the beginning is read before the fast have sent all of theirs. */
  async function take(key: string, incoming: Readable, beginning: Buffer = Buffer.alloc(0)): Promise<void> {
    const chunks: Buffer[] = [beginning]
    incoming.on('error', () => {}).on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.once('end', () => arrived.get(key)?.(Buffer.concat(chunks)))
    if (!key.endsWith('slowly')) return
    await once(incoming, 'data').catch(() => {})
    incoming.pause()
    await afterTheFast
    incoming.resume()
  }
  const keyOf = ({ url }: IncomingMessage): string => decodeURIComponent(url?.slice(1) ?? '')

  const upstream = await startUpstream((incoming, response) => {
    void take(keyOf(incoming), incoming)
    incoming.once('end', () => response.end('taken'))
  })
  upstream.server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, beginning: Buffer) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n')
    void take(keyOf(incoming), socket, beginning)
    socket.once('end', () => socket.end())
  })
  const raw = await startRawUpstream(({ socket }) => {
    socket.once('data', (first: Buffer) => {
      const end = first.indexOf('\n')
      void take(`${first.subarray(0, end)}`, socket, first.subarray(end + 1))
      socket.once('end', () => socket.end())
    })
  })

  const forward = async (config: EndpointConfig, { port }: { port: number } = upstream): Promise<string> =>
    (await forwardOver(session, { addr: port, host_header: 'preserve', ...config })).url() as string
  const [http, https] = [await forward({ schemes: 'http' }), await forward({ schemes: 'https' })]
  await forward({ url: 'https://other.internal' })
  const policed = await forward({ schemes: 'http', ...onRequest(addHeader) })
  const forwarded = await forward({ schemes: 'http', ...onRequest(elsewhere) })
  const tcp = Number(new URL(await forward({ proto: 'tcp' }, raw)).port)

  /** Has `send` write the body; the visitor that breaks off destroys what it gets. */
  type Visit = (key: string, send: (out: Writable) => void) => Promise<void>
  const overHttp1 =
    (url: string, headers: Record<string, string>): Visit =>
    async (key, send) => {
      const outgoing = await startRequest(url, { method: 'POST', path: `/${encodeURIComponent(key)}`, headers })
      send(outgoing)
      const response = await responseTo(outgoing)
      expect(response.statusCode).toBe(200)
      await once(response.resume(), 'end')
    }
  const length = { 'content-length': `${BODY_BYTES}` }
  const chunked = { 'transfer-encoding': 'chunked' }
  const overHttp2: Visit = async (key, send) => {
    const stream = (await openHttp2(https)).request({ ':method': 'POST', ':path': `/${encodeURIComponent(key)}` })
    send(stream)
    await once(stream.resume(), 'end')
  }
  const upgraded =
    (url: string): Visit =>
    async (key, send) => {
      const connection = await visit(url)
      const target = `/${encodeURIComponent(key)}`
      connection.send(
        `GET ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n`,
      )
      await once(connection.socket, 'data')
      send(connection.socket)
      await connection.ended
    }
  const overTcp: Visit = async (key, send) => {
    const connection = await openTcp(tcp)
    connection.send(`${key}\n`)
    send(connection.socket)
    await connection.ended
  }

  const all: [string, Visit][] = [
    ['http', overHttp1(http, length)],
    ['http, chunked', overHttp1(http, chunked)],
    ['https', overHttp1(https, length)],
    ['https, chunked', overHttp1(https, chunked)],
    ['a policy that changes headers', overHttp1(policed, chunked)],
    ['a policy that sends it elsewhere', overHttp1(forwarded, length)],
    ['HTTP/2', overHttp2],
    ['upgraded', upgraded(http)],
    ['upgraded over TLS', upgraded(https)],
    ['tcp', overTcp],
  ]
  let seeds = 0
  let compared = 0
  /** What is wrong, if anything. */
  async function wrongBytes(key: string, take: Visit): Promise<string | undefined> {
    const body = bodyOf(++seeds)
    const received = new Promise<Buffer>((resolve) => arrived.set(key, resolve))
    await take(key, (out) => writePieces(out, body))
    compared++
    return (await received).equals(body) ? undefined : key
  }
  /** Half of a body, and then nothing more. */
  async function breakOff(key: string, take: Visit): Promise<void> {
    const half = bodyOf(++seeds).subarray(0, BODY_BYTES / 2)
    await take(key, (out) => {
      out.on('error', () => {})
      out.write(half, () => out.destroy())
    }).catch(() => {})
  }

  const slow = all.map(([name, take]) => wrongBytes(`${name}, slowly`, take))
  const broken = all.map(([name, take]) => breakOff(`${name}, broken off`, take))
  const fast = all.map(([name, take]) => wrongBytes(name, take))
  const wrong = await Promise.all(fast)
  fastAreDone()
  wrong.push(...(await Promise.all(slow)))
  await Promise.all(broken)
  expect(wrong.filter((name) => name !== undefined)).toEqual([])
  expect(compared).toBe(20)
})
