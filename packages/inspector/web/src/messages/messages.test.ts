import { expect, test } from 'vitest'
import type { CaptureMessage } from '../../../src/contract.ts'
import { messageContentType, messageName, messagePreview } from './message-text.ts'
import { timelineBuckets } from './timeline.ts'

const common = { index: 0, direction: 'request', atMs: 0, bytes: 3, truncated: false } as const
const webSocket = { ...common, type: 'websocket', opcode: 'text', compressed: false, injected: false } as const

test('shows the beginning of a message on one line', () => {
  expect(messagePreview({ ...webSocket, text: '{\n  "a": 1\n}' })).toBe('{ "a": 1 }')
  expect(messagePreview({ ...webSocket, opcode: 'binary', base64: 'AAH/' })).toBe('00 01 ff')
  expect(messagePreview({ ...webSocket, opcode: 'close', closeCode: 1000, text: 'bye' })).toBe('1000 bye')
  expect(messagePreview({ ...webSocket, text: 'x'.repeat(500) })).toHaveLength(201)
})

test('reads the fields of a gRPC message', () => {
  const message: CaptureMessage = { ...common, type: 'grpc', compressed: false, base64: btoa('\x08\x96\x01\x12\x02hi') }
  expect(messagePreview(message)).toBe('1: "150", 2: "hi"')
  expect(messageContentType(message)).toBe('application/x-protobuf')
})

test('names a message by what it is', () => {
  expect(messageName({ ...webSocket, opcode: 'ping' })).toBe('ping')
  expect(messageName({ ...common, type: 'sse', event: '', id: '1', text: 'x' })).toBe('message')
  expect(messageName({ ...common, type: 'bytes', offset: 512, text: 'x' })).toBe('at 512')
})

test('adds up what went each way over time', () => {
  const piece = (atMs: number | null, direction: 'request' | 'response', bytes: number): CaptureMessage => ({
    ...common,
    type: 'bytes',
    offset: 0,
    atMs,
    direction,
    bytes,
  })
  const messages = [
    piece(0, 'request', 1),
    piece(10, 'request', 2),
    piece(50, 'response', 4),
    piece(100, 'request', 8),
    piece(null, 'request', 16),
  ]
  expect(timelineBuckets(messages, 4)).toEqual({
    lengthMs: 100,
    buckets: [
      { request: 3, response: 0 },
      { request: 0, response: 0 },
      { request: 0, response: 4 },
      { request: 8, response: 0 },
    ],
  })
})
