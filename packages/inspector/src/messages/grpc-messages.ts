import { gunzipSync } from 'node:zlib'
import type { ByteDirection, HeaderList } from '@tunnel/http'
import { headerValue } from '../store/capture-kind.ts'
import { base64, type DecodedMessage, type DecodedMessages, messageLimits } from './message.ts'
import { protobufFields } from './protobuf-fields.ts'

/** u8 compressed, u32 length, big-endian */
const PREFIX_BYTES = 5

/** The messages in one body of a gRPC call, gzip undone. */
export function grpcMessages(
  bytes: Buffer,
  direction: ByteDirection,
  headers: HeaderList,
): DecodedMessages & { ends: number[] } {
  const encoding = headerValue(headers, 'grpc-encoding').toLowerCase()
  const messages: DecodedMessage[] = []
  const ends: number[] = []
  let budget = messageLimits.maxDecodedBytes
  let at = 0
  while (bytes.length - at >= PREFIX_BYTES) {
    const flag = bytes[at] as number
    const end = at + PREFIX_BYTES + bytes.readUInt32BE(at + 1)
    if (flag > 1) return { messages, ends, problem: `at byte ${at}: flag ${flag} of a message is neither 0 nor 1` }
    if (end > bytes.length) break
    if (messages.length === messageLimits.maxMessages) {
      return { messages, ends, problem: `only the first ${messageLimits.maxMessages} messages are read` }
    }
    const raw = bytes.subarray(at + PREFIX_BYTES, end)
    const payload = flag === 1 ? decompressed(raw, encoding, budget) : raw
    if (typeof payload === 'string') return { messages, ends, problem: `at byte ${at}: ${payload}` }
    if (flag === 1) budget -= payload.length
    const fields = protobufFields(payload)
    messages.push({
      view: {
        type: 'grpc',
        direction,
        atMs: null,
        compressed: flag === 1,
        ...base64(payload),
        ...(fields && { fields }),
      },
      payload,
    })
    ends.push(end)
    at = end
  }
  return { messages, ends, problem: null }
}

function decompressed(raw: Buffer, encoding: string, budget: number): Buffer | string {
  if (encoding !== 'gzip') return `compression ${JSON.stringify(encoding.slice(0, 40))} is not gzip`
  try {
    return gunzipSync(raw, { maxOutputLength: Math.max(1, budget) })
  } catch (cause) {
    return `a message cannot be decompressed (${(cause as NodeJS.ErrnoException).code})`
  }
}
