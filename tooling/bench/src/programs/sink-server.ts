import { createServer } from 'node:net'
import { readInto } from '@tunnel/socket-buffers'

/** Takes an upload and answers when its last chunk is there; a `GET` is answered with one buffer again and again. */
const [port] = process.argv.slice(2)
const piece = Buffer.alloc(256 * 1024, 'tunnel')
const downloadBytes = 512 * 1024 * 1024
const end = '0\r\n\r\n'
/** Uploads land in one buffer, as the downloads of the bench do: a new one for each read would be measured instead. */
const received = Buffer.allocUnsafeSlow(512 * 1024)

const server = createServer({ noDelay: true }, (socket) => {
  let isUpload = false
  let tail = ''
  socket.on('error', () => {})
  const take = (chunk: Buffer): void => {
    if (!isUpload && chunk.toString('latin1', 0, 4) !== 'POST') return download()
    isUpload = true
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - end.length))).slice(-end.length)
    if (tail !== end) return
    isUpload = false
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  }
  socket.on('data', take)
  readInto(socket, { onRead: (bytes) => take(received.subarray(0, bytes)), next: () => received })
  const download = (): void => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${downloadBytes}\r\n\r\n`)
    let sent = 0
    const more = (): void => {
      while (sent < downloadBytes && !socket.destroyed) {
        sent += piece.length
        if (!socket.write(piece)) return void socket.once('drain', more)
      }
    }
    more()
  }
})
server.listen(Number(port), '127.0.0.1')
