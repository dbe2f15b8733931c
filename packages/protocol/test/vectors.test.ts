import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  type AgentMessage,
  type ConnectionString,
  type EdgeMessage,
  encodeMessage,
  encodeStreamHeader,
  encodeStreamRefused,
  formatConnectionString,
  MessageDecoder,
  parseAgentMessage,
  parseConnectionString,
  parseEdgeMessage,
  STREAM_ACCEPTED,
  type StreamHeader,
  StreamHeaderDecoder,
  StreamReplyDecoder,
  TunnelError,
  type WireError,
} from '../src/index.ts'
import { agentMessageSchema, edgeMessageSchema } from '../src/messages.ts'

interface MessageVector {
  name: string
  hex: string
  message: AgentMessage | EdgeMessage
}

const vectors = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8')) as {
  agentMessages: MessageVector[]
  edgeMessages: MessageVector[]
  streamHeaders: { name: string; hex: string; header: StreamHeader }[]
  streamReplies: { name: string; hex: string; refused: WireError | null }[]
  connectionStrings: { text: string; parts: ConnectionString }[]
}

function decodeOne(hex: string): Record<string, unknown> {
  const values: Record<string, unknown>[] = []
  new MessageDecoder((value) => values.push(value)).write(Buffer.from(hex, 'hex'))
  expect(values).toHaveLength(1)
  return values[0] as Record<string, unknown>
}

test.each(vectors.agentMessages)('agent message: $name', ({ hex, message }) => {
  expect(encodeMessage(message).toString('hex')).toBe(hex)
  expect(parseAgentMessage(decodeOne(hex))).toEqual(message)
})

test.each(vectors.edgeMessages)('edge message: $name', ({ hex, message }) => {
  expect(encodeMessage(message).toString('hex')).toBe(hex)
  expect(parseEdgeMessage(decodeOne(hex))).toEqual(message)
})

test('there is a vector for every message type', () => {
  const typesOf = (list: { message: { type: string } }[]) =>
    [...new Set(list.map(({ message }) => message.type))].sort()
  const knownTo = (schema: { options: readonly { shape: { type: { value: string } } }[] }) =>
    schema.options.map((option) => option.shape.type.value).sort()
  expect(typesOf(vectors.agentMessages)).toEqual(knownTo(agentMessageSchema))
  expect(typesOf(vectors.edgeMessages)).toEqual(knownTo(edgeMessageSchema))
})

test.each(vectors.streamHeaders)('stream header: $name', ({ hex, header }) => {
  expect(encodeStreamHeader(header).toString('hex')).toBe(hex)
  expect(new StreamHeaderDecoder().write(Buffer.from(hex, 'hex'))?.header).toEqual(header)
})

test.each(vectors.streamReplies)('stream reply: $name', ({ hex, refused }) => {
  const encoded = refused ? encodeStreamRefused(TunnelError.fromWire(refused)) : STREAM_ACCEPTED
  expect(encoded.toString('hex')).toBe(hex)
  expect(new StreamReplyDecoder().write(Buffer.from(hex, 'hex'))?.refused?.toWire() ?? null).toEqual(refused)
})

test.each(vectors.connectionStrings)('connection string: $text', ({ text, parts }) => {
  expect(formatConnectionString(parts)).toBe(text)
  expect(parseConnectionString(text)).toEqual(parts)
})
