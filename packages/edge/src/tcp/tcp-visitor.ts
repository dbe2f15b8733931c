import type { Socket } from 'node:net'
import { type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { openStreamTo } from '../endpoints/open-stream.ts'
import type { EdgeLimits } from '../limits.ts'
import { ConnectionRecord } from '../observation/connection-record.ts'
import type { EdgeObserver } from '../observation/edge-observer.ts'
import type { EndpointRoom } from '../overload/endpoint-room.ts'
import { endsOf } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { RawPump } from '../raw-pump.ts'

/** What a connection has of its edge. */
export interface RawPath {
  readonly limits: EdgeLimits
  readonly log: EdgeLog
  readonly observer: EdgeObserver | undefined
  readonly room: EndpointRoom
}

/** What the bytes of a connection are to an agent. */
export type RawKind = Pick<StreamHeader, 'protocol' | 'tls'>

/**
 * Connects a visitor of a TCP or TLS endpoint with its upstream; gives what keeps it from that, and leaves the visitor alone then. There is no
 * channel for an error that comes later: the connection closes, the log says why.
 */
export function connectTcp(
  socket: Socket,
  endpoint: Endpoint,
  { limits, log, observer, room }: RawPath,
  kind: RawKind,
  observed = observer && recordOf(observer, socket, endpoint, kind),
): TunnelError | undefined {
  const ends = endsOf(socket)
  const logFailure = (error: TunnelError | undefined): void => {
    if (!error) return
    if (observed) observed.errorCode = error.code
    const { visitorAddress } = ends
    log.info({ endpoint: endpoint.url, visitorAddress, code: error.code }, `${endpoint.scheme} connection failed`)
  }
  const refusal = endpoint.meter?.refuseConnection()
  if (refusal) {
    logFailure(refusal)
    return refusal
  }
  socket.setTimeout(limits.clientIdleTimeoutMs, () => socket.destroy())
  const pump = new RawPump(socket, (error) => {
    serving.running--
    logFailure(error)
  })
  let serving = endpoint
  try {
    const opened = openStreamTo(endpoint, { ...kind, ...ends }, pump, room)
    serving = opened.endpoint
    serving.running++
    pump.start(opened.stream)
    return undefined
  } catch (cause) {
    const error = TunnelError.from(cause)
    logFailure(error)
    return error
  }
}

/** What is noted of the connection. */
export function recordOf(
  observer: EdgeObserver,
  socket: Socket,
  endpoint: Endpoint,
  { protocol, tls }: RawKind,
): ConnectionRecord {
  const isTls = protocol === 'tls' || tls !== undefined
  const record = new ConnectionRecord(observer, socket, isTls ? 'tls' : 'tcp', tls?.serverName)
  record.endpoint = endpoint
  record.open()
  return record
}
