import type { Socket } from 'node:net'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import { PolicedConnection } from './policed-connection.ts'
import type { HelloPath } from './policed-hello.ts'

/**
 * Runs an endpoint's rules for connections on one of plain HTTP, whose first head was read to know whom it is for, and put back: it can still go
 * elsewhere as it is. `goOn` is called if they let it stay.
 */
export function policeHead(
  socket: Socket,
  endpoint: Endpoint,
  policy: EndpointPolicy,
  path: HelloPath,
  goOn: () => void,
): void {
  const policies = path.noteHello(socket, undefined)
  const connection = new PolicedConnection(socket, endpoint, policy, path, {
    kind: { protocol: 'raw' },
    admitted: (admitted) => {
      policies.adopt(policy, admitted.connection)
      goOn()
    },
  })
  connection.begin()
}
