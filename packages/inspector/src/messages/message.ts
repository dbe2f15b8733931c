import { isUtf8 } from 'node:buffer'
import type { CaptureMessage } from '../contract/messages.ts'

type WithoutPlace<Message> = Message extends unknown ? Omit<Message, 'index' | 'truncated' | 'bytes'> : never

/** A message with all of its bytes; a list shows their beginning. */
export interface DecodedMessage {
  view: WithoutPlace<CaptureMessage>
  payload: Buffer
}

export interface DecodedMessages {
  messages: DecodedMessage[]
  /** Why reading stopped before the end. */
  problem: string | null
}

export interface MessageLimits {
  /** Messages of one capture that are read. @default 10_000 */
  maxMessages: number
  /** What is made of compressed messages of one capture, in bytes. @default 16_777_216 */
  maxDecodedBytes: number
  /** Shown of one message in a list, in bytes. @default 4_096 */
  maxPreviewBytes: number
}

export const messageLimits: Readonly<MessageLimits> = {
  maxMessages: 10_000,
  maxDecodedBytes: 16_777_216,
  maxPreviewBytes: 4096,
}

/** Text where the bytes are UTF-8, else base64; of the first bytes only. */
export function textOrBase64(payload: Buffer): { text: string } | { base64: string } {
  const shown = payload.subarray(0, messageLimits.maxPreviewBytes)
  if (shown.length === payload.length) return isUtf8(shown) ? { text: shown.toString() } : base64(shown)
  // A cut may go through a character of up to four bytes.
  for (let cut = shown.length; cut > shown.length - 4; cut--) {
    if (isUtf8(shown.subarray(0, cut))) return { text: shown.toString('utf8', 0, cut) }
  }
  return base64(shown)
}

export function base64(payload: Buffer): { base64: string } {
  return { base64: payload.subarray(0, messageLimits.maxPreviewBytes).toString('base64') }
}
