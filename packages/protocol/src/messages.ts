import * as z from 'zod'
import { wireErrorSchema } from './errors.ts'

// Unknown fields are dropped, never refused (SPEC §3): a newer peer may say more than we know.

const shortText = z.string().max(255)
const requestId = z.number().int().nonnegative()

/** `null`: too old for it; empty: supported; text: why not. */
const capability = z.string().max(255).nullable()

export const endpointProtocols = ['http', 'https', 'tcp', 'tls'] as const
export type EndpointProtocol = (typeof endpointProtocols)[number]

export const helloSchema = z.object({
  type: z.literal('hello'),
  versions: z.array(z.number().int()).min(1).max(32),
  authtoken: z.string().max(1024),
  /** From an earlier `welcome`: resumes that session's names. */
  cookie: z.string().max(1024).optional(),
  agent: z.object({
    version: shortText,
    os: shortText,
    arch: shortText,
    hostname: shortText.optional(),
    userAgent: shortText.optional(),
    /** How the agent reached the edge: `tls` or `websocket`. */
    transport: shortText.optional(),
    service: z.boolean().optional(),
    configVersion: shortText.optional(),
  }),
  metadata: z.string().optional(),
  heartbeat: z.object({ intervalMs: z.number().positive(), toleranceMs: z.number().positive() }),
  remote: z.object({ stop: capability, restart: capability, update: capability }).optional(),
})

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  version: z.number().int(),
  edgeVersion: shortText,
  sessionId: shortText,
  cookie: z.string().max(1024),
  region: shortText,
  /** How long the edge keeps this session's names after a lost connection. */
  resumeWindowMs: z.number().nonnegative(),
  banner: z.string().max(4096).optional(),
  account: shortText.optional(),
  deprecation: z
    .object({ minimumVersion: shortText, enforcedAt: shortText.optional(), message: z.string().max(4096) })
    .optional(),
})

export const refusedSchema = z.object({ type: z.literal('refused'), error: wireErrorSchema })

const pem = z.string().max(64 * 1024)

/** How the edge is to end the TLS of an endpoint. */
export const tlsTerminationSchema = z.object({
  /** PEM, leaf first; with `privateKey`. Left out: the edge's own certificate of the name. */
  certificate: pem.optional(),
  /** PEM, without a passphrase. */
  privateKey: pem.optional(),
  /** PEM of the authorities of which one must have signed the visitor's certificate. None: no certificate is asked for. */
  clientCas: z.array(pem).max(10).optional(),
  /** `1.2` (default) or `1.3`. */
  minVersion: z.string().max(8).optional(),
})
export type TlsTermination = z.infer<typeof tlsTerminationSchema>

/** What an agent asks for when it binds an endpoint. */
export const endpointRequestSchema = z.object({
  protocol: z.string().max(32),
  /** Empty: a random address of `protocol`. */
  url: z.string().max(2048).optional(),
  name: shortText.optional(),
  description: shortText.optional(),
  metadata: z.string().optional(),
  bindings: z.array(shortText).max(8).optional(),
  poolingEnabled: z.boolean().optional(),
  /** Shown to people and used for `hostHeader: 'rewrite'`; never dialled by the edge. */
  upstream: z.object({
    url: z.string().max(2048),
    protocol: z.string().max(32).optional(),
    /** The agent begins each upstream connection with a PROXY protocol header of this version, so that no two visitor connections may share one. */
    proxyProtocol: z.literal([1, 2]).optional(),
  }),
  /** `preserve` (default), `rewrite`, or the literal value that the upstream is to see. */
  hostHeader: shortText.optional(),
  /** Of an `https` or `tls` endpoint. Left out: of https like that of all others, of tls not at all. */
  tlsTermination: tlsTerminationSchema.optional(),
  /** Of an `http` or `https` endpoint: the edge ends WebSockets itself, and the upstream is given the bytes of their messages as a `raw` stream. */
  webSocketTcpConverter: z.boolean().optional(),
  trafficPolicy: z.string().optional(),
  labels: z.array(shortText).max(64).optional(),
})
export type EndpointRequest = z.infer<typeof endpointRequestSchema>

export const bindSchema = z.object({
  type: z.literal('bind'),
  id: requestId,
  endpoint: endpointRequestSchema,
  /** The `token` of an earlier `bound`: gives the same address again. */
  token: z.string().max(1024).optional(),
})

export const boundSchema = z.object({
  type: z.literal('bound'),
  id: requestId,
  endpoint: z.object({
    id: shortText,
    url: z.string().max(2048),
    protocol: z.string().max(32),
    token: z.string().max(1024),
  }),
})
export type BoundEndpoint = z.infer<typeof boundSchema>['endpoint']

export const unbindSchema = z.object({ type: z.literal('unbind'), id: requestId, endpointId: shortText })

export const endpointPatchSchema = z.object({
  name: shortText.optional(),
  description: shortText.optional(),
  metadata: z.string().optional(),
  poolingEnabled: z.boolean().optional(),
  /** The whole of it, in place of the one before. */
  tlsTermination: tlsTerminationSchema.optional(),
  trafficPolicy: z.string().optional(),
})
export type EndpointPatch = z.infer<typeof endpointPatchSchema>

export const updateSchema = z.object({
  type: z.literal('update'),
  id: requestId,
  endpointId: shortText,
  endpoint: endpointPatchSchema,
})

/** What {@link explainedSchema} can hold, in UTF-16 code units. */
export const MAX_TRACE_LENGTH = 256 * 1024

/** The header field by which a request says that it is the one to be explained. */
export const EXPLAIN_FIELD = 'tunnel-explain'

/** Asks for what the traffic policy of an endpoint does with one request to come. */
export const explainSchema = z.object({
  type: z.literal('explain'),
  id: requestId,
  /** Or the URL of an endpoint that another session with the same credential has. */
  endpointId: shortText,
  /** Only a request whose field `tunnel-explain` says this. Left out: the next one. */
  token: shortText.optional(),
  /** How long the edge waits for it. */
  ttlMs: z.number().int().min(1).max(600_000),
})

export const explainedSchema = z.object({
  type: z.literal('explained'),
  id: requestId,
  /** JSON. Left out: no such request came in time. */
  trace: z.string().max(MAX_TRACE_LENGTH).optional(),
})

/** What the traffic policy did with a request that was explained to somebody, for the agent whose endpoint it came for. */
export const tracedSchema = z.object({
  type: z.literal('traced'),
  endpointId: shortText,
  /** Of `explain`: what the request's field `tunnel-explain` says. */
  token: shortText,
  /** JSON, as in {@link explainedSchema}. */
  trace: z.string().max(MAX_TRACE_LENGTH),
})

/** Answers with nothing to say. */
export const doneSchema = z.object({ type: z.literal('done'), id: requestId })
export const failedSchema = z.object({ type: z.literal('failed'), id: requestId, error: wireErrorSchema })
/** Answers a message whose type is unknown here (813). Never answered itself. */
export const unsupportedSchema = z.object({
  type: z.literal('unsupported'),
  id: requestId.optional(),
  messageType: z.string().max(64),
})

/** Remote management, edge to agent; answered by `done` or `failed` (804–809). */
export const stopSchema = z.object({ type: z.literal('stop'), id: requestId })
export const restartSchema = z.object({ type: z.literal('restart'), id: requestId })
export const updateAgentSchema = z.object({
  type: z.literal('update-agent'),
  id: requestId,
  version: shortText.optional(),
  permitMajor: z.boolean().optional(),
})

/** One endpoint was stopped by the edge; the session goes on. */
export const endpointStoppedSchema = z.object({
  type: z.literal('endpoint-stopped'),
  endpointId: shortText,
  error: wireErrorSchema,
})

/** The edge will end the session, once what runs is done; the last one counts. `error.retryable` says whether to come back. */
export const closingSchema = z.object({
  type: z.literal('closing'),
  error: wireErrorSchema,
  /** Another process of the edge answers already and keeps the names: come at once, this session goes on meanwhile. */
  resumeNow: z.boolean().optional(),
})

export const agentMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  bindSchema,
  unbindSchema,
  updateSchema,
  explainSchema,
  doneSchema,
  failedSchema,
  unsupportedSchema,
])
export type AgentMessage = z.infer<typeof agentMessageSchema>
export type Hello = z.infer<typeof helloSchema>

export const edgeMessageSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  refusedSchema,
  boundSchema,
  explainedSchema,
  tracedSchema,
  doneSchema,
  failedSchema,
  unsupportedSchema,
  stopSchema,
  restartSchema,
  updateAgentSchema,
  endpointStoppedSchema,
  closingSchema,
])
export type EdgeMessage = z.infer<typeof edgeMessageSchema>
export type Welcome = z.infer<typeof welcomeSchema>
