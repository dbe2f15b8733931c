import { createServer } from 'node:net'
import { encodeFields, ServerConnection } from '@tunnel/http2'

const head = encodeFields([':status', '200', 'content-type', 'text/plain'])
const nothing = () => {}
const listener = { onData: nothing, onEnd: nothing, onDrain: nothing, onClose: nothing }

export const server = createServer({ allowHalfOpen: true }, (socket) => {
  const output = {
    get hasRoom() {
      return !socket.writableNeedDrain
    },
    write: (parts: readonly Buffer[]) => void socket.write(Buffer.concat(parts)),
    schedule: () => void setImmediate(() => connection.flush()),
  }
  const connection = new ServerConnection(output, {
    onRequest(stream, fields) {
      stream.respond(head, false)
      stream.write(Buffer.from(`you asked for ${fields[fields.indexOf(':path') + 1]}\n`))
      stream.end()
      return listener
    },
    onOversizedRequest(stream) {
      stream.respond(encodeFields([':status', '431']), true)
      return listener
    },
    onEnd: () => socket.end(),
  })
  socket.on('data', (chunk) => connection.receive(chunk)).on('drain', () => connection.onDrain())
  socket
    .on('end', () => connection.finish())
    .on('close', () => connection.destroy())
    .on('error', nothing)
})
