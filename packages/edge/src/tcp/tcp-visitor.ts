import type { Socket } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import { addressAndPortOf } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { RawPump } from '../raw-pump.ts'

/** Connects a visitor of a TCP endpoint with its upstream. There is no channel for an error: the connection closes, the log says why. */
export function serveTcp(socket: Socket, endpoint: Endpoint, limits: EdgeLimits, log: EdgeLog): void {
  const visitorAddress = addressAndPortOf(socket)
  const logFailure = (error: TunnelError | undefined): void => {
    if (error) log.info({ endpoint: endpoint.url, visitorAddress, code: error.code }, 'tcp connection failed')
  }
  socket.setTimeout(limits.clientIdleTimeoutMs, () => socket.destroy())
  const pump = new RawPump(socket, logFailure)
  try {
    pump.start(endpoint.session.openStream({ endpointId: endpoint.id, protocol: 'raw', visitorAddress }, pump))
  } catch (cause) {
    logFailure(TunnelError.from(cause))
    socket.destroy()
  }
}
