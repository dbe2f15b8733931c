import type { Stream } from '@tunnel/yamux'
import { brokenBy, type OpenTap } from './stream-tap.ts'

/** Taps a stream that a server in this process answers. To be called before the server listens to the stream, which is paused. */
export function tapServerStream(stream: Stream, openTap: OpenTap): void {
  const tap = openTap(() => {})
  tap.connected()
  stream.on('data', (chunk: Buffer) => tap.fromVisitor(chunk))
  stream.on('end', () => tap.visitorEnded())
  stream.on('error', () => tap.closed(brokenBy.visitor))
  stream.once('close', () => tap.closed(stream.writableFinished ? undefined : brokenBy.visitor))
  const { write, end } = stream
  const tell = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') tap.fromUpstream(Buffer.from(chunk, textEncoding(encoding)))
    else if (chunk instanceof Uint8Array) tap.fromUpstream(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }
  // A server gives bytes to these two alone.
  Object.assign(stream, {
    write(...args: Parameters<typeof write>) {
      tell(args[0], args[1])
      return Reflect.apply(write, stream, args)
    },
    end(...args: Parameters<typeof end>) {
      tell(args[0], args[1])
      tap.upstreamEnded()
      return Reflect.apply(end, stream, args)
    },
  })
}

function textEncoding(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
}
