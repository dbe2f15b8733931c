import type { ByteDirection } from '@tunnel/http'
import type { CaptureMessage } from '../contract/messages.ts'
import type { Capture } from '../store/capture.ts'
import { headerValue } from '../store/capture-kind.ts'
import { decodeBody } from '../view/decode-body.ts'
import { rounded } from '../view/summary.ts'
import { grpcMessages } from './grpc-messages.ts'
import { type DecodedMessage, type DecodedMessages, messageLimits, textOrBase64 } from './message.ts'
import { sseEvents } from './sse-events.ts'
import { webSocketMessages } from './web-socket-messages.ts'

/**
 * All messages of a capture in the order of their times, as far as they were known when somebody looked first: a message keeps its number. Read
 * when somebody looks, never while bytes pass.
 */
export function readMessages(capture: Capture): DecodedMessages {
  if (capture.bodiesHeld) return { messages: [], problem: 'bodies are shown when the exchange is over and redacted' }
  if (capture.kind === 'websocket') {
    const times = new ArrivalTimes(capture)
    return inOrder(
      capture,
      timed(webSocketMessages(capture, 'request'), times, 'request'),
      timed(webSocketMessages(capture, 'response'), times, 'response'),
    )
  }
  if (capture.kind === 'sse') return readEvents(capture)
  if (capture.kind === 'grpc') {
    const { requestHead, responseHead } = capture
    const times = new ArrivalTimes(capture)
    const [asked, answered] = [capture.requestBody.read(), capture.responseBody.read()]
    return inOrder(
      capture,
      timed(grpcMessages(asked, 'request', requestHead?.headers ?? []), times, 'request'),
      timed(grpcMessages(answered, 'response', responseHead?.headers ?? []), times, 'response'),
    )
  }
  return { messages: pieceMessages(capture), problem: null }
}

/** A message as the list shows it. */
export function messageView({ view, payload }: DecodedMessage, index: number): CaptureMessage {
  const truncated = payload.length > messageLimits.maxPreviewBytes
  return { index, bytes: payload.length, truncated, ...view } as CaptureMessage
}

function readEvents(capture: Capture): DecodedMessages {
  const encoding = headerValue(capture.responseHead?.headers ?? [], 'content-encoding')
  const body = capture.responseBody.read()
  if (encoding === '') return timed(sseEvents(body), new ArrivalTimes(capture), 'response')
  const decoded = decodeBody(body, encoding)
  // Where a decoded byte came on the wire cannot be told.
  return decoded ? sseEvents(decoded.bytes) : { messages: [], problem: `content-encoding ${encoding} cannot be undone` }
}

function pieceMessages(capture: Capture): DecodedMessage[] {
  const bodies = { request: capture.requestBody.read(), response: capture.responseBody.read() }
  return (capture.pieces?.list ?? []).map(({ direction, offset, bytes, atMs }) => {
    const payload = bodies[direction].subarray(offset, offset + bytes)
    return {
      view: { type: 'bytes', direction, atMs: rounded(atMs - capture.startMs), offset, ...textOrBase64(payload) },
      payload,
    }
  })
}

/** When the byte at an offset of a direction came. */
class ArrivalTimes {
  readonly #startMs: number
  readonly #pieces: { request: { end: number; atMs: number }[]; response: { end: number; atMs: number }[] }

  constructor(capture: Capture) {
    this.#startMs = capture.startMs
    this.#pieces = { request: [], response: [] }
    for (const { direction, offset, bytes, atMs } of capture.pieces?.list ?? []) {
      this.#pieces[direction].push({ end: offset + bytes, atMs })
    }
  }

  /** Of bytes in front of `end`, in growing order of `ends`. */
  of(direction: ByteDirection, ends: readonly number[]): (number | null)[] {
    const pieces = this.#pieces[direction]
    let at = 0
    return ends.map((end) => {
      while (at < pieces.length && (pieces[at]?.end ?? 0) < end) at++
      const piece = pieces[at]
      return piece ? rounded(piece.atMs - this.#startMs) : null
    })
  }
}

function timed(
  { messages, ends, problem }: DecodedMessages & { ends: number[] },
  times: ArrivalTimes,
  direction: ByteDirection,
): DecodedMessages {
  const atMs = times.of(direction, ends)
  return {
    messages: messages.map((message, index) => ({ ...message, view: { ...message.view, atMs: atMs[index] ?? null } })),
    problem,
  }
}

/** Each direction is in its order. What is new comes behind what was told before: by time; where it is the same, a request goes first. */
function inOrder(capture: Capture, asked: DecodedMessages, answered: DecodedMessages): DecodedMessages {
  const requests = asked.messages.values()
  const responses = answered.messages.values()
  const told = [...capture.messageOrder].flatMap((way) => (way === '>' ? requests : responses).next().value ?? [])
  // Of those whose time is not known, as where arrivals could not be noted any more, nothing says that they were first.
  const timeOf = ({ view }: DecodedMessage) => view.atMs ?? Number.MAX_VALUE
  const added = [...requests, ...responses].sort((a, b) => timeOf(a) - timeOf(b))
  capture.messageOrder += added.map(({ view }) => (view.direction === 'request' ? '>' : '<')).join('')
  return { messages: [...told, ...added], problem: asked.problem ?? answered.problem }
}
