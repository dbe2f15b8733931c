/** SPEC.md §3.3. */
export type StreamState =
  | 'init'
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'local-close'
  | 'remote-close'
  | 'closed'
  | 'reset'

export type StreamEvent = 'send-syn' | 'send-ack' | 'receive-ack' | 'send-fin' | 'receive-fin' | 'reset'

const transitions: Record<StreamState, Partial<Record<StreamEvent, StreamState>>> = {
  init: { 'send-syn': 'syn-sent', reset: 'reset' },
  'syn-sent': {
    'receive-ack': 'established',
    'send-fin': 'local-close',
    'receive-fin': 'remote-close',
    reset: 'reset',
  },
  'syn-received': {
    'send-ack': 'established',
    'send-fin': 'local-close',
    'receive-fin': 'remote-close',
    reset: 'reset',
  },
  established: { 'send-fin': 'local-close', 'receive-fin': 'remote-close', reset: 'reset' },
  'local-close': { 'receive-ack': 'local-close', 'receive-fin': 'closed', reset: 'reset' },
  // A FIN may come before our ACK left.
  'remote-close': { 'send-ack': 'remote-close', 'receive-ack': 'remote-close', 'send-fin': 'closed', reset: 'reset' },
  closed: {},
  reset: {},
}

/** Where `event` leads, or `undefined` where the specification has no such step. */
export function nextState(state: StreamState, event: StreamEvent): StreamState | undefined {
  return transitions[state][event]
}
