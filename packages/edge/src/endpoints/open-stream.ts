import type { StreamHeader } from '@tunnel/protocol'
import type { AgentStream, StreamReceiver } from '../agent-session.ts'
import type { EndpointRoom } from '../overload/endpoint-room.ts'
import { decideAlike } from '../policy/endpoint-policy.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Opens a stream to an endpoint, or to another one of its pool where its agent is just going. Throws what {@link AgentSession.openStream}
 * throws when none is left, 714 where the last one has as much as it may.
 */
export function openStreamTo(
  endpoint: Endpoint,
  header: Omit<StreamHeader, 'endpointId'>,
  receiver: StreamReceiver,
  room: EndpointRoom,
): { endpoint: Endpoint; stream: AgentStream } {
  let serving = endpoint
  for (const tried: Endpoint[] = []; ; ) {
    try {
      room.assert(serving.running)
      return {
        endpoint: serving,
        stream: serving.session.openStream({ ...header, endpointId: serving.id }, receiver),
      }
    } catch (cause) {
      tried.push(serving)
      const other = alternativeTo(serving, tried)
      if (!other) throw cause
      serving = other
    }
  }
}

/** An endpoint that decides otherwise has not let the visitor in. */
function alternativeTo({ pool, policy }: Endpoint, tried: Endpoint[]): Endpoint | undefined {
  for (;;) {
    const other = pool?.alternative(tried)
    if (!other || decideAlike(other.policy, policy)) return other
    tried.push(other)
  }
}
