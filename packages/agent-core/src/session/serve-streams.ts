import { encodeStreamRefused, type StreamHeader, StreamHeaderDecoder, TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import type { ServedEndpoints } from './served-endpoints.ts'

/** Reads the header of a stream that the edge opened and gives the stream to its endpoint. */
export function serveStream(stream: Stream, served: ServedEndpoints): void {
  const decoder = new StreamHeaderDecoder()
  // Until somebody handles the stream its errors are nobody's.
  stream.on('error', () => {})
  const onData = (chunk: Buffer): void => {
    try {
      const decoded = decoder.write(chunk)
      if (!decoded) return
      stream.off('data', onData)
      dispatch(stream, decoded.header, decoded.rest, served)
    } catch {
      stream.destroy()
    }
  }
  stream.on('data', onData)
}

function dispatch(stream: Stream, header: StreamHeader, first: Buffer, served: ServedEndpoints): void {
  const listener = served.at(header.endpointId)
  if (listener) return listener.serve(stream, header, first)
  stream.end(encodeStreamRefused(new TunnelError(3209, 'the agent does not serve this endpoint any more')))
  stream.resume()
}
