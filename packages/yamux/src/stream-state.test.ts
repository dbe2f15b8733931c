import { expect, test } from 'vitest'
import { nextState, type StreamEvent, type StreamState } from './stream-state.ts'

function walk(from: StreamState, ...events: StreamEvent[]): StreamState | undefined {
  let state: StreamState | undefined = from
  for (const event of events) state = state && nextState(state, event)
  return state
}

test.each<[StreamState, StreamEvent[]]>([
  ['established', ['send-syn', 'receive-ack']],
  ['local-close', ['send-syn', 'receive-ack', 'send-fin']],
  ['remote-close', ['send-syn', 'receive-ack', 'receive-fin']],
  ['closed', ['send-syn', 'receive-ack', 'send-fin', 'receive-fin']],
  ['closed', ['send-syn', 'receive-fin', 'receive-ack', 'send-fin']],
  ['closed', ['send-syn', 'send-fin', 'receive-ack', 'receive-fin']],
  ['reset', ['send-syn', 'reset']],
])('a stream of ours reaches %s by %j', (state, events) => {
  expect(walk('init', ...events)).toBe(state)
})

test('a stream of the peer may be closed before it was acknowledged', () => {
  expect(walk('syn-received', 'receive-fin', 'send-ack', 'send-fin')).toBe('closed')
})

test.each<[StreamState, StreamEvent]>([
  ['remote-close', 'receive-fin'],
  ['closed', 'receive-fin'],
  ['closed', 'reset'],
  ['init', 'send-fin'],
])('has no step from %s by %s', (state, event) => {
  expect(nextState(state, event)).toBe(undefined)
})
