import type { CaptureMessage } from '../../../src/contract.ts'
import { type ProtobufField, protobufFields } from '../body/binary/protobuf.ts'
import { bodyKind } from '../body/body-kind.ts'

/** What a message is called: its opcode, its event, its direction's place. */
export function messageName(message: CaptureMessage): string {
  switch (message.type) {
    case 'websocket':
      return message.opcode
    case 'sse':
      return message.event || 'message'
    case 'grpc':
      return 'message'
    case 'bytes':
      return `at ${message.offset}`
  }
}

const MAX_PREVIEW_LENGTH = 200

/** The beginning of a message on one line. */
export function messagePreview(message: CaptureMessage): string {
  if (message.type === 'websocket' && message.closeCode !== undefined)
    return `${message.closeCode} ${message.text ?? ''}`.trim()
  const text = 'text' in message ? message.text : undefined
  if (text !== undefined) return clip(text.replace(/\s+/g, ' ').trim())
  const bytes = bytesOf(message)
  if (message.type === 'grpc') return clip(fieldsPreview(protobufFields(bytes)))
  return clip(Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' '))
}

/** What is stored of a message, as bytes. */
export function bytesOf(message: CaptureMessage): Uint8Array {
  if ('text' in message && message.text !== undefined) return new TextEncoder().encode(message.text)
  const base64 = 'base64' in message ? (message.base64 ?? '') : ''
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** The content type under which a message is shown. */
export function messageContentType(message: CaptureMessage): string {
  if (message.type === 'grpc') return 'application/x-protobuf'
  const bytes = bytesOf(message)
  return bodyKind('', bytes) === 'json' ? 'application/json' : ''
}

function fieldsPreview(fields: readonly ProtobufField[] | undefined): string {
  if (!fields) return 'no protobuf'
  return fields
    .map(({ number, value }) => {
      if (value.kind === 'message') return `${number}: {${fieldsPreview(value.fields)}}`
      return value.kind === 'bytes'
        ? `${number}: ${value.bytes.length} bytes`
        : `${number}: ${JSON.stringify(value.text)}`
    })
    .join(', ')
}

const clip = (text: string): string =>
  text.length > MAX_PREVIEW_LENGTH ? `${text.slice(0, MAX_PREVIEW_LENGTH)}…` : text
