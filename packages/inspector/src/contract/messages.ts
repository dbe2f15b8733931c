import * as z from 'zod'
import { directionSchema } from './kinds.ts'

/** A field of a protobuf message without its schema: what the wire alone says. */
export interface ProtobufField {
  number: number
  wireType: 'varint' | 'fixed64' | 'bytes' | 'fixed32'
  /** Decimal digits, or text where the bytes are UTF-8, or base64. */
  value: string
  /** Present if the bytes also read as a message. */
  fields?: ProtobufField[]
}

export const protobufFieldSchema: z.ZodType<ProtobufField> = z
  .object({
    number: z.int(),
    wireType: z.enum(['varint', 'fixed64', 'bytes', 'fixed32']),
    value: z.string(),
    get fields() {
      return z.array(protobufFieldSchema).optional()
    },
  })
  .meta({ id: 'ProtobufField' }) as z.ZodType<ProtobufField>

const common = {
  index: z.int().describe('number in the capture, from 0; a message keeps it'),
  direction: directionSchema,
  atMs: z.number().nullable().describe('since the capture started; `null` if not known'),
  bytes: z.int().describe('of the payload after decompression'),
  truncated: z
    .boolean()
    .describe('`text` or `base64` holds only its beginning; the whole is at `<messagesUri>/<index>`'),
}

export const webSocketMessageSchema = z.object({
  ...common,
  type: z.literal('websocket'),
  opcode: z.enum(['text', 'binary', 'close', 'ping', 'pong']),
  text: z.string().optional(),
  base64: z.string().optional().describe('instead of `text`, where it is not UTF-8'),
  compressed: z.boolean(),
  closeCode: z.int().optional(),
  injected: z.boolean().describe('sent from the inspector'),
})

export const sseEventSchema = z.object({
  ...common,
  type: z.literal('sse'),
  event: z.string(),
  id: z.string(),
  text: z.string().describe('the data'),
  retryMs: z.int().optional(),
})

export const grpcMessageSchema = z.object({
  ...common,
  type: z.literal('grpc'),
  compressed: z.boolean(),
  base64: z.string(),
  fields: z.array(protobufFieldSchema).optional().describe('absent if the bytes are not protobuf'),
})

export const bytesPieceSchema = z.object({
  ...common,
  type: z.literal('bytes'),
  offset: z.int().describe('of its first byte in its direction'),
  text: z.string().optional(),
  base64: z.string().optional(),
})

export const captureMessageSchema = z
  .discriminatedUnion('type', [webSocketMessageSchema, sseEventSchema, grpcMessageSchema, bytesPieceSchema])
  .meta({ id: 'CaptureMessage' })
export type CaptureMessage = z.infer<typeof captureMessageSchema>

export const messageListQuerySchema = z.object({
  after: z.coerce.number().int().min(-1).default(-1).describe('only messages with a larger `index`'),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  direction: directionSchema.optional(),
})

export const messageListSchema = z
  .object({
    uri: z.string(),
    messages: z.array(captureMessageSchema),
    total: z.int().describe('messages that are stored and readable'),
    next: z.int().nullable().describe('value of `after` for the next page'),
    problem: z.string().nullable().describe('why reading stopped before the end, e.g. bytes that are no frame'),
  })
  .meta({ id: 'MessageList' })
export type MessageList = z.infer<typeof messageListSchema>

/** `POST /api/captures/<id>/messages`: into a WebSocket that is open. */
export const sendMessageSchema = z
  .strictObject({
    to: z.enum(['visitor', 'upstream']).default('visitor'),
    text: z.string().max(1_048_576).optional(),
    base64: z.base64().max(1_398_104).optional(),
  })
  .refine((message) => (message.text === undefined) !== (message.base64 === undefined), {
    message: 'either text or base64',
  })
  .meta({ id: 'SendMessage' })
export type SendMessage = z.infer<typeof sendMessageSchema>
