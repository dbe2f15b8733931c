import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { readInto } from '@tunnel/socket-buffers'

const buffer = Buffer.allocUnsafeSlow(64 * 1024)

const server = createServer((socket) => {
  let letters = 0
  const take = (chunk: Buffer): void => {
    letters += chunk.length
  }
  socket.on('data', take)
  readInto(socket, { onRead: (bytes) => take(buffer.subarray(0, bytes)), next: () => buffer })
  socket.on('end', () => process.stdout.write(`${letters} letters\n`))
})
await once(server.listen(0, '127.0.0.1'), 'listening')

const visitor = connect((server.address() as AddressInfo).port, '127.0.0.1')
visitor.end('every connection reads into one buffer')
await once(visitor.resume(), 'close')
server.close()
