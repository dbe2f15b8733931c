import type { Socket } from 'node:net'
import { type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import { endsOf } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { RawPump } from '../raw-pump.ts'

/** Connects a visitor of a TCP or TLS endpoint with its upstream. `kind` says what its bytes are. There is no channel for an error: the connection closes, the log says why. */
export function serveTcp(
  socket: Socket,
  endpoint: Endpoint,
  limits: EdgeLimits,
  log: EdgeLog,
  kind: Pick<StreamHeader, 'protocol' | 'tls'> = { protocol: 'raw' },
): void {
  const ends = endsOf(socket)
  const logFailure = (error: TunnelError | undefined): void => {
    if (!error) return
    const { visitorAddress } = ends
    log.info({ endpoint: endpoint.url, visitorAddress, code: error.code }, `${endpoint.scheme} connection failed`)
  }
  const refusal = endpoint.meter?.refuseConnection()
  if (refusal) {
    logFailure(refusal)
    return void socket.destroy()
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
      return pump.start(stream)
    } catch (cause) {
      tried.push(serving)
      const other = serving.pool?.alternative(tried)
      if (!other) {
        logFailure(TunnelError.from(cause))
        return void socket.destroy()
      }
      serving = other
    }
  }
}
