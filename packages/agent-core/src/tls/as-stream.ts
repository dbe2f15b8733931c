import type { TLSSocket } from 'node:tls'
import { hasRoom } from '@tunnel/socket-buffers'
import type { Stream, StreamSink } from '@tunnel/yamux'

/**
 * What is inside a visitor's TLS, in the shape of a stream of the edge, so that whoever takes those takes this. The edge has had its
 * reply before the handshake; the one that a taker gives is dropped, and where it refuses, the connection ends.
 */
export function asStream(socket: TLSSocket): Stream {
  const inside = Object.assign(socket, {
    // A chunk whose write has called back is encrypted: nothing refers to it.
    send: (chunk: Uint8Array, onFree?: () => void): boolean => {
      socket.write(chunk, onFree && ((error) => error ?? onFree()))
      // Node's own mark of 16 KiB would hold the upstream back with every chunk.
      return hasRoom(socket)
    },
    sendCopy: (chunk: Uint8Array): boolean => inside.send(Buffer.from(chunk)),
    readInto: (sink: StreamSink): void => {
      socket.on('data', (chunk: Buffer) => sink.onData(chunk)).on('end', () => sink.onEnd())
    },
    write: (): boolean => {
      restore()
      return true
    },
    end: (): TLSSocket => {
      restore()
      return socket.destroy()
    },
  })
  const restore = (): void => {
    // The prototype's own methods from here on.
    Reflect.deleteProperty(inside, 'write')
    Reflect.deleteProperty(inside, 'end')
  }
  // Takers of streams use no more of one than is here; the tests run each of them over this.
  return inside as unknown as Stream
}
