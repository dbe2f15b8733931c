import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { Identity } from './certificates.ts'
import { listening, startTcpServer } from './tls-server.ts'

export interface TestProxy {
  readonly port: number
  /** `host:port` of every connection that was asked for. */
  readonly asked: readonly string[]
  /** What each brought to prove who it is. */
  readonly credentials: readonly (string | undefined)[]
}

/** An HTTP proxy, over TLS with `identity`. `answer`: what it says instead of connecting. */
export async function startHttpProxy(options: { answer?: string; identity?: Identity } = {}): Promise<TestProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const { answer, identity } = options
  const server = identity ? createHttpsServer({ cert: identity.cert, key: identity.key }) : createHttpServer()
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    credentials.push(request.headers['proxy-authorization'])
    socket.on('error', () => {})
    if (answer !== undefined) return void socket.end(answer)
    const { hostname, port } = new URL(`tcp://${request.url}`)
    join(socket, hostname, Number(port), () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'))
  })
  return { port: await listening(server), asked, credentials }
}

/** A SOCKS5 proxy. `reply`: what it says instead of 0, granted. With `password` it wants that of `user`. */
export async function startSocksProxy(options: { reply?: number; password?: string } = {}): Promise<TestProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const port = await startTcpServer((socket) => {
    socket.on('error', () => {})
    void serveSocks(socket, options, asked, credentials).catch(() => socket.destroy())
  })
  return { port, asked, credentials }
}

async function serveSocks(
  socket: Socket,
  { reply = 0, password }: { reply?: number; password?: string },
  asked: string[],
  credentials: (string | undefined)[],
): Promise<void> {
  await next(socket)
  socket.write(Buffer.from([5, password === undefined ? 0 : 2]))
  if (password !== undefined) {
    const bytes = await next(socket)
    const userLength = bytes[1] as number
    const user = bytes.subarray(2, 2 + userLength).toString()
    const given = bytes.subarray(3 + userLength).toString()
    credentials.push(`${user}:${given}`)
    socket.write(Buffer.from([1, user === 'user' && given === password ? 0 : 1]))
  }
  const request = await next(socket)
  const { host, port } = destinationOf(request)
  asked.push(`${host}:${port}`)
  const answer = Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
  if (reply !== 0) return void socket.end(answer)
  join(socket, host, port, () => socket.write(answer))
}

function destinationOf(request: Buffer): { host: string; port: number } {
  const isName = request[3] === 3
  const end = isName ? 5 + (request[4] as number) : 8
  const host = isName ? request.subarray(5, end).toString() : request.subarray(4, end).join('.')
  return { host, port: request.readUInt16BE(end) }
}

async function next(socket: Socket): Promise<Buffer> {
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes
}

/** Names of a test lead to loopback. */
function join(socket: Socket, host: string, port: number, onConnected: () => void): void {
  const onward = connect(port, /^[\d.]+$/.test(host) ? host : '127.0.0.1', () => {
    onConnected()
    socket.pipe(onward).pipe(socket)
  })
  onward.on('error', () => socket.destroy())
  socket.on('close', () => onward.destroy())
}
