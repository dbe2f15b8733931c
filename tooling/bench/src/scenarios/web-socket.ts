import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'
import type { Target } from '../target.ts'

const echo = fileURLToPath(new URL('../programs/web-socket-echo.js', import.meta.url))
const connections = 64
const payloadBytes = 100
const handshakeTimeoutMs = 10_000

/** FIN, binary; masked with zeros, which leave the payload as it is. */
const message = Buffer.concat([Buffer.of(0x82, 0x80 | payloadBytes, 0, 0, 0, 0), Buffer.alloc(payloadBytes, 'tunnel')])
const answerBytes = 2 + payloadBytes

export const webSocket: Scenario = {
  name: 'websocket',
  title: `messages of ${payloadBytes} bytes and their echoes, one at a time on each of ${connections} WebSockets`,
  metrics: [{ name: 'rate', unit: 'messages/s' }],
  needs: [],
  // All but node-proxy, which is too usual a proxy to pass an upgrade on.
  peers: ['tunnel', 'direct', 'nginx', 'ssh', 'frp', 'chisel', 'bore', 'rathole', 'wstunnel'],
  async startUpstream(port, children) {
    children.start([process.execPath, echo, String(port)])
  },
  async measure(target, seconds, _children, signal) {
    const sockets = await Promise.all(Array.from({ length: connections }, () => openWebSocket(target, signal)))
    const counts = await Promise.all(sockets.map((socket) => echoesWithin(socket, seconds)))
    return [counts.reduce((sum, count) => sum + count) / seconds]
  },
}

function openWebSocket(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true, signal })
    socket.once('error', reject)
    const timer = setTimeout(
      () => socket.destroy(new Error(`no handshake within ${handshakeTimeoutMs} ms`)),
      handshakeTimeoutMs,
    )
    socket.once('close', () => reject(new Error('the connection ended before the handshake')))
    socket.once('data', (chunk) => {
      clearTimeout(timer)
      const head = chunk.toString('latin1')
      if (/^HTTP\/1\.1 101 /.test(head) && head.endsWith('\r\n\r\n')) resolve(socket)
      else socket.destroy(new Error(`answered ${head.slice(0, 40)}`))
    })
    socket.write(
      `GET /socket HTTP/1.1\r\nHost: ${target.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
  })
}

function echoesWithin(socket: Socket, seconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let echoes = 0
    let missingBytes = answerBytes
    const timer = setTimeout(() => {
      resolve(echoes)
      socket.destroy()
    }, seconds * 1000)
    socket.on('data', (chunk) => {
      missingBytes -= chunk.length
      if (missingBytes > 0) return
      echoes++
      missingBytes = answerBytes
      socket.write(message)
    })
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      reject(new Error(`the connection ended after ${echoes} messages`))
    })
    socket.write(message)
  })
}
