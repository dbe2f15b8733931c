import type * as z from 'zod'
import { TunnelError } from './errors.ts'
import { type AgentMessage, agentMessageSchema, type EdgeMessage, edgeMessageSchema } from './messages.ts'

export type Unsupported = { type: 'unsupported'; id?: number; messageType: string }

/** A message of the agent, or what to answer when its type is unknown here. Throws 801 when a known message has the wrong shape. */
export const parseAgentMessage = (value: Record<string, unknown>): AgentMessage | { unknown: Unsupported } =>
  parse(value, agentMessageSchema, AGENT_TYPES)

/** A message of the edge, or what to answer when its type is unknown here. Throws 801 when a known message has the wrong shape. */
export const parseEdgeMessage = (value: Record<string, unknown>): EdgeMessage | { unknown: Unsupported } =>
  parse(value, edgeMessageSchema, EDGE_TYPES)

const AGENT_TYPES = typesOf(agentMessageSchema)
const EDGE_TYPES = typesOf(edgeMessageSchema)

function typesOf(schema: { options: readonly { shape: { type: { value: string } } }[] }): ReadonlySet<string> {
  return new Set(schema.options.map((option) => option.shape.type.value))
}

function parse<T>(
  value: Record<string, unknown>,
  schema: z.ZodType<T>,
  known: ReadonlySet<string>,
): T | { unknown: Unsupported } {
  const type = value.type
  if (typeof type !== 'string') throw new TunnelError(801, 'message has no type')
  if (!known.has(type)) {
    const unknown: Unsupported = { type: 'unsupported', messageType: type.slice(0, 64) }
    if (Number.isSafeInteger(value.id) && (value.id as number) >= 0) unknown.id = value.id as number
    return { unknown }
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new TunnelError(801, `${type}: ${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'invalid'}`, {
    cause: result.error,
  })
}
