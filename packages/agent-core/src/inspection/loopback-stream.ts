import { type Duplex, duplexPair } from 'node:stream'
import type { Stream, StreamSink } from '@tunnel/yamux'

/** A stream of no edge: what is written to `visitor` arrives at `stream`, and the other way round. */
export function loopbackStream(): { visitor: Duplex; stream: Stream } {
  const [visitor, far] = duplexPair()
  const write = far.write.bind(far)
  // A pair hands chunks on by reference, and forwarders read into the same buffers again.
  const copy = (chunk: Uint8Array, callback?: (error?: Error | null) => void): boolean =>
    callback ? write(Buffer.from(chunk), callback) : write(Buffer.from(chunk))
  const stream = Object.assign(far, {
    bytesRead: 0,
    bytesWritten: 0,
    write: copy,
    send: (chunk: Uint8Array, onFree?: () => void): boolean => {
      const hasRoom = copy(chunk)
      onFree?.()
      return hasRoom
    },
    sendCopy: (chunk: Uint8Array): boolean => copy(chunk),
    readInto(sink: StreamSink): void {
      far.on('data', (chunk: Buffer) => sink.onData(chunk)).on('end', () => sink.onEnd())
    },
  })
  // Takers of streams use no more of one than is here, as of what TLS in this process gives them.
  return { visitor, stream: stream as unknown as Stream }
}
