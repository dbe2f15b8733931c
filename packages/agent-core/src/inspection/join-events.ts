import { observeTogether } from '../statistics/observe-together.ts'
import type { TrafficStatistics } from '../statistics/traffic-statistics.ts'
import type { ForwardEvents } from '../upstream/forward-stream.ts'
import type { EndpointInspection } from './inspector.ts'

/** `events`, and beside it what an inspector sees and counts. Of two that look at whole connections only the inspector does. */
export function joinEvents(
  events: ForwardEvents,
  { observe, observeConnection }: EndpointInspection,
  { connectionEvents, observe: count }: TrafficStatistics,
): ForwardEvents {
  return {
    onOpened(visitorAddress) {
      connectionEvents.onOpened?.(visitorAddress)
      events.onOpened?.(visitorAddress)
    },
    onClosed(facts) {
      connectionEvents.onClosed?.(facts)
      events.onClosed?.(facts)
    },
    onFailed: (error, visitorAddress) => events.onFailed?.(error, visitorAddress),
    // Without somebody who looks at exchanges no HTTP is read, and so none is counted.
    observe: observe
      ? observeTogether(...[count, events.observe, observe].filter((one) => one !== undefined))
      : events.observe,
    observeConnection: observeConnection ?? events.observeConnection,
  }
}
