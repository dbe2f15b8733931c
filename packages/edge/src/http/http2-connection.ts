import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ConnectionRecord } from '../observation/connection-record.ts'
import { addressOf, endsOf } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import type { SecuredFor } from '../tls/secured-for.ts'
import type { DataPath } from './data-path.ts'
import { ForwardedRequest } from './forwarded-head.ts'
import { FloodGuard } from './http2-floods.ts'
import { IdleWatch } from './http2-idle-watch.ts'
import { Http2Visitor } from './http2-visitor.ts'

/** An HTTP/2 visitor connection: one {@link Http2Visitor} for each of its streams. */
export function serveHttp2(socket: TLSSocket, path: DataPath, secured: SecuredFor): ServerHttp2Session {
  const { maxHeadBytes, maxHeaders, maxHttp2Streams, maxHttp2InvalidFrames } = path.limits
  const session = performServerHandshake(socket, {
    maxSessionRejectedStreams: 100,
    maxSessionInvalidFrames: maxHttp2InvalidFrames,
    maxHeaderListPairs: maxHeaders,
    maxSendHeaderBlockLength: maxHeadBytes,
    settings: {
      maxConcurrentStreams: maxHttp2Streams,
      maxHeaderListSize: maxHeadBytes,
      enablePush: false,
      enableConnectProtocol: true,
    },
  })
  const { overload } = path
  const refusesFrom = overload.refusesFrom(socket)
  const watch = new IdleWatch(session, path.limits, () => overload.stage > 0 || refusesFrom === 0)
  const startedAt = Date.now()
  let policies: ConnectionPolicies | undefined
  const { observer } = path
  const observed = observer && new ConnectionRecord(observer, socket, 'http2', secured.serverName)
  const visitor = {
    address: addressOf(socket),
    ends: endsOf(socket),
    floods: new FloodGuard(session, path.limits),
    forwarded: new ForwardedRequest(secured.identity),
    secured,
    refusesFrom,
    observed,
    policies: () => {
      policies ??= path.policiesOf(socket, startedAt)
      if (observed) observed.policies = policies
      return policies
    },
    drop: () => session.destroy(),
  }
  session.on(
    'stream',
    (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, flags: number, rawHeaders: readonly string[]) => {
      // Reset as soon as it was opened: nobody would hear an answer.
      if (stream.closed) return visitor.floods.onReset()
      new Http2Visitor(stream, rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0, visitor, path)
    },
  )
  session.on('error', () => session.destroy())
  session.on('sessionError', () => session.destroy())
  path.visitors.add(socket, () => watch.leave())
  return session
}
