import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

/** Answers each short WebSocket message with itself; the least that an upstream can do. Payloads are below 126 bytes, masked with zeros. */
const [port] = process.argv.slice(2)
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const maskedHeadBytes = 6

const server = createServer((_request, response) => response.end('web sockets only'))
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${handshakeGuid}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let held: Buffer = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    while (held.length >= maskedHeadBytes) {
      const payloadBytes = held[1]! & 0x7f
      if (held.length < maskedHeadBytes + payloadBytes) return
      const frame = Buffer.from(held.subarray(maskedHeadBytes - 2, maskedHeadBytes + payloadBytes))
      frame[0] = 0x82
      frame[1] = payloadBytes
      socket.write(frame)
      held = held.subarray(maskedHeadBytes + payloadBytes)
    }
  })
})
server.listen(Number(port), '127.0.0.1')
