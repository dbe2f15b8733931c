import { randomBytes } from 'node:crypto'
import type { SendMessage } from '../contract/messages.ts'
import { InspectorError } from '../errors.ts'
import { readFrames } from '../messages/web-socket-frames.ts'
import type { Capture } from '../store/capture.ts'
import type { CaptureStore } from '../store/capture-store.ts'

/**
 * Puts a message into a WebSocket that is open, between two messages that pass. Throws `ERR_INSPECTOR_SEND` for one that is not open, and while
 * another message is on its way there.
 */
export function sendIntoWebSocket(store: CaptureStore, capture: Capture, { to, text, base64 }: SendMessage): void {
  const { inject } = capture
  if (capture.kind !== 'websocket' || !inject) throw cannot('it is not an open WebSocket')
  const direction = to === 'visitor' ? 'response' : 'request'
  assertBetweenMessages(capture, direction)
  const payload = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text)
  const frame = webSocketFrame(text === undefined ? 2 : 1, payload, direction === 'request')
  inject(direction, frame)
  // It passes behind the tap: what it sees next has to follow this.
  const body = capture.ownBody(direction)
  const offset = body.bytes
  let cost = store.append(capture, body, frame)
  cost += capture.pieces?.add(direction, offset, frame.length, performance.now()) ?? 0
  capture.messageCount = capture.pieces?.list.length ?? 0
  capture.injectedEnds ??= { request: new Set(), response: new Set() }
  capture.injectedEnds[direction].add(body.bytes)
  store.charge(capture, cost + INJECTED_BYTES)
  store.changed(capture)
}

/** Memory of the note that a message was put in. */
const INJECTED_BYTES = 32

function assertBetweenMessages(capture: Capture, direction: 'request' | 'response'): void {
  const body = capture.body(direction)
  if (body.storedBytes < body.bytes)
    throw cannot('more has passed than is stored, so that it is not known where a message ends')
  const { frames, problem } = readFrames(body.read(), Number.MAX_SAFE_INTEGER)
  const last = frames.at(-1)
  const lastData = frames.findLast(({ opcode }) => opcode < 8)
  if (problem !== null || (last?.end ?? 0) !== body.bytes || lastData?.fin === false) {
    throw cannot('another message is on its way; try again')
  }
  if (frames.some(({ opcode }) => opcode === 8)) throw cannot('it is closing')
}

/** RFC 6455 §5.2. A client has to mask what it sends. */
function webSocketFrame(opcode: 1 | 2, payload: Buffer, masked: boolean): Buffer {
  const { length } = payload
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + size)
  head[0] = 0x80 | opcode
  head[1] = (masked ? 0x80 : 0) | (size === 0 ? length : size === 2 ? 126 : 127)
  if (size === 2) head.writeUInt16BE(length, 2)
  else if (size === 8) head.writeBigUInt64BE(BigInt(length), 2)
  if (!masked) return Buffer.concat([head, payload])
  const key = randomBytes(4)
  const hidden = Buffer.from(payload)
  for (let at = 0; at < length; at++) hidden[at] = (payload[at] as number) ^ (key[at & 3] as number)
  return Buffer.concat([head, key, hidden])
}

function cannot(why: string): InspectorError {
  return new InspectorError('ERR_INSPECTOR_SEND', `no message can be sent into this connection: ${why}`)
}
