import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Children } from './process.ts'

/** Where a peer answers: always on 127.0.0.1. */
export interface Target {
  readonly port: number
  /** The `Host` header: what a tunnel routes by. */
  readonly host: string
  /** Visitors speak TLS to it. */
  readonly tls?: true
}

/** How long a peer may take from its start until a request passes through it. */
const readyTimeoutMs = 20_000
const pollIntervalMs = 25
const attemptTimeoutMs = 2_000

export function loopbackTarget(port: number): Target {
  return { port, host: `127.0.0.1:${port}` }
}

export function requestHead(target: Target, path = '/'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`
}

/** A port that was free a moment ago; the programs that we start cannot be handed an open socket. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}

/** Waits until something accepts connections on the port, and throws at once if a child ended instead. */
export function waitForPort(port: number, children: Children, signal: AbortSignal): Promise<true> {
  return poll(`port ${port}`, children, signal, () => answers(loopbackTarget(port), undefined, () => true))
}

/** Waits until a request passes through the peer from end to end and is answered with 200. */
export function waitForOk(target: Target, children: Children, signal: AbortSignal): Promise<true> {
  const isOk = (firstBytes: string) => /^HTTP\/1\.[01] 200 /.test(firstBytes)
  return poll(`200 from ${target.host}`, children, signal, () => answers(target, requestHead(target), isOk))
}

/** Other people's programs do not tell when they are ready: asking again is all that can be done. */
export async function poll<T>(
  what: string,
  children: Children,
  signal: AbortSignal,
  attempt: () => Promise<T | undefined>,
  intervalMs = pollIntervalMs,
): Promise<T> {
  const deadline = performance.now() + readyTimeoutMs
  while (performance.now() < deadline) {
    signal.throwIfAborted()
    children.assertRunning()
    const value = await attempt()
    if (value !== undefined) return value
    await delay(intervalMs)
  }
  throw new Error(`no ${what} within ${readyTimeoutMs} ms`)
}

function answers(
  { port, host, tls }: Target,
  request: string | undefined,
  accept: (data: string) => boolean,
): Promise<true | undefined> {
  return new Promise((resolve) => {
    const address = { port, host: '127.0.0.1', timeout: attemptTimeoutMs }
    const servername = host.replace(/:\d+$/, '')
    const socket = tls ? connectTls({ ...address, servername, rejectUnauthorized: false }) : connect(address)
    const settle = (ok: boolean) => {
      socket.destroy()
      resolve(ok || undefined)
    }
    socket.once(tls ? 'secureConnect' : 'connect', () => (request === undefined ? settle(true) : socket.write(request)))
    socket.once('data', (chunk) => settle(accept(chunk.toString('latin1'))))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
