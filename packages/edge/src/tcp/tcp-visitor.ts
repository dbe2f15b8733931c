import type { Socket } from 'node:net'
import { type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import { endsOf } from '../peer-address.ts'
import { decideAlike } from '../policy/endpoint-policy.ts'
import type { EdgeLog } from '../ports.ts'
import { RawPump } from '../raw-pump.ts'

/** What the bytes of a connection are to an agent. */
export type RawKind = Pick<StreamHeader, 'protocol' | 'tls'>

/**
 * Connects a visitor of a TCP or TLS endpoint with its upstream; gives what keeps it from that, and leaves the visitor alone then. There is no
 * channel for an error that comes later: the connection closes, the log says why.
 */
export function connectTcp(
  socket: Socket,
  endpoint: Endpoint,
  limits: EdgeLimits,
  log: EdgeLog,
  kind: RawKind,
): TunnelError | undefined {
  const ends = endsOf(socket)
  const logFailure = (error: TunnelError | undefined): void => {
    if (!error) return
    const { visitorAddress } = ends
    log.info({ endpoint: endpoint.url, visitorAddress, code: error.code }, `${endpoint.scheme} connection failed`)
  }
  const refusal = endpoint.meter?.refuseConnection()
  if (refusal) {
    logFailure(refusal)
    return refusal
  }
  socket.setTimeout(limits.clientIdleTimeoutMs, () => socket.destroy())
  let serving = endpoint
  const pump = new RawPump(socket, (error) => {
    serving.running--
    logFailure(error)
  })
  // An agent whose session is just going leaves the connection to another one of its pool.
  for (const tried: Endpoint[] = []; ; ) {
    try {
      const stream = serving.session.openStream({ endpointId: serving.id, ...kind, ...ends }, pump)
      serving.running++
      pump.start(stream)
      return undefined
    } catch (cause) {
      tried.push(serving)
      const other = alternativeTo(serving, tried)
      if (!other) {
        const error = TunnelError.from(cause)
        logFailure(error)
        return error
      }
      serving = other
    }
  }
}

/** An endpoint that decides otherwise has not let the connection in. */
function alternativeTo({ pool, policy }: Endpoint, tried: Endpoint[]): Endpoint | undefined {
  for (;;) {
    const other = pool?.alternative(tried)
    if (!other || decideAlike(other.policy, policy)) return other
    tried.push(other)
  }
}
