import { createServer } from 'node:net'

/** Takes an upload and answers when its last chunk is there; a `GET` is answered with one buffer again and again. */
const [port] = process.argv.slice(2)
const piece = Buffer.alloc(256 * 1024, 'tunnel')
const downloadBytes = 512 * 1024 * 1024
const end = '0\r\n\r\n'

const server = createServer({ noDelay: true }, (socket) => {
  let isUpload = false
  let tail = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    if (!isUpload && chunk.toString('latin1', 0, 4) !== 'POST') return download()
    isUpload = true
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - end.length))).slice(-end.length)
    if (tail !== end) return
    isUpload = false
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  })
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
