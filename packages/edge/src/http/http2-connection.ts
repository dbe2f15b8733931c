import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { addressOf } from '../peer-address.ts'
import type { DataPath } from './data-path.ts'
import { Http2Visitor } from './http2-visitor.ts'

/** An HTTP/2 visitor connection: one {@link Http2Visitor} for each of its streams. */
export function serveHttp2(socket: TLSSocket, path: DataPath): ServerHttp2Session {
  const { maxHeadBytes, maxHeaders, maxHttp2Streams, clientIdleTimeoutMs } = path.limits
  const session = performServerHandshake(socket, {
    maxSessionRejectedStreams: 100,
    maxSessionInvalidFrames: 100,
    maxHeaderListPairs: maxHeaders,
    settings: { maxConcurrentStreams: maxHttp2Streams, maxHeaderListSize: maxHeadBytes, enablePush: false },
  })
  const address = addressOf(socket)
  session.on(
    'stream',
    (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, flags: number, rawHeaders: readonly string[]) => {
      new Http2Visitor(stream, rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0, address, path)
    },
  )
  session.on('error', () => session.destroy())
  session.on('sessionError', () => session.destroy())
  session.setTimeout(clientIdleTimeoutMs, () => session.close())
  return session
}
