import type { ByteDirection } from '@tunnel/http'
import type { Capture } from '../store/capture.ts'
import { headerValue } from '../store/capture-kind.ts'
import { base64, type DecodedMessage, type DecodedMessages, messageLimits, textOrBase64 } from './message.ts'
import { MessageInflater } from './message-inflater.ts'
import { readFrames, type WebSocketFrame } from './web-socket-frames.ts'

const opcodes: Readonly<Record<number, 'text' | 'binary' | 'close' | 'ping' | 'pong'>> = {
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}

/** A message with where its last byte stands in its direction. */
interface PlacedMessage extends DecodedMessage {
  end: number
}

/** The messages of one direction of a WebSocket, fragments put together, compression undone. */
export function webSocketMessages(capture: Capture, direction: ByteDirection): DecodedMessages & { ends: number[] } {
  const extensions = headerValue(capture.responseHead?.headers ?? [], 'sec-websocket-extensions')
  const side = direction === 'request' ? 'client' : 'server'
  const inflater = /permessage-deflate/i.test(extensions)
    ? new MessageInflater(!extensions.includes(`${side}_no_context_takeover`), messageLimits.maxDecodedBytes)
    : undefined
  const { frames, problem } = readFrames(capture.body(direction).read(), messageLimits.maxMessages)
  const messages: PlacedMessage[] = []
  let fragments: WebSocketFrame[] = []
  for (const frame of frames) {
    if (frame.opcode > 7) {
      messages.push({ ...controlMessage(frame, direction), end: frame.end })
      continue
    }
    fragments.push(frame)
    if (!frame.fin) continue
    const message = dataMessage(fragments, direction, inflater)
    if (typeof message === 'string') {
      return { messages, ends: messages.map(({ end }) => end), problem: `before byte ${frame.end}: ${message}` }
    }
    const injected = capture.injectedEnds?.[direction].has(frame.end) ?? false
    messages.push({
      payload: message.payload,
      view: { ...message.view, injected } as typeof message.view,
      end: frame.end,
    })
    fragments = []
  }
  return { messages, ends: messages.map(({ end }) => end), problem }
}

function dataMessage(
  fragments: readonly WebSocketFrame[],
  direction: ByteDirection,
  inflater: MessageInflater | undefined,
): DecodedMessage | string {
  const [first] = fragments as [WebSocketFrame]
  if (first.opcode === 0) return 'a continuation of no message'
  let payload = fragments.length === 1 ? first.payload : Buffer.concat(fragments.map((one) => one.payload))
  if (first.compressed) {
    if (!inflater) return 'a compressed message without permessage-deflate'
    try {
      payload = inflater.inflate(payload)
    } catch (cause) {
      return `a message cannot be decompressed (${(cause as NodeJS.ErrnoException).code})`
    }
  }
  const opcode = opcodes[first.opcode] as 'text' | 'binary'
  const shown = opcode === 'text' ? textOrBase64(payload) : base64(payload)
  return {
    view: { type: 'websocket', direction, atMs: null, opcode, ...shown, compressed: first.compressed, injected: false },
    payload,
  }
}

function controlMessage({ opcode, payload }: WebSocketFrame, direction: ByteDirection): DecodedMessage {
  const isClose = opcode === 8 && payload.length >= 2
  const rest = isClose ? payload.subarray(2) : payload
  const name = opcodes[opcode] ?? 'ping'
  return {
    view: {
      type: 'websocket',
      direction,
      atMs: null,
      opcode: name,
      ...textOrBase64(rest),
      compressed: false,
      ...(isClose && { closeCode: payload.readUInt16BE(0) }),
      injected: false,
    },
    payload: rest,
  }
}
