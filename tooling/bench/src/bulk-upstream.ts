import { createServer, type Socket } from 'node:net'

/**
 * Answers every request with a body that is longer than any round reads (1 TiB), from one buffer that stays in the
 * processor's cache. No file is read, so neither disk nor page cache takes part.
 */
const bodyBytes = 2 ** 40
const chunk = Buffer.alloc(256 * 1024, 'tunnel')
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: ${bodyBytes}\r\n\r\n`

function sendBody(socket: Socket): void {
  while (socket.writable && socket.write(chunk));
}

const server = createServer((socket) => {
  let request = ''
  socket.on('error', () => socket.destroy())
  socket.on('drain', () => sendBody(socket))
  socket.on('data', function readHead(bytes) {
    request += bytes.toString('latin1')
    if (!request.includes('\r\n\r\n')) return
    socket.off('data', readHead).resume()
    socket.write(head)
    sendBody(socket)
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1')
