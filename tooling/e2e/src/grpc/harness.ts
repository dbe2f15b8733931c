import { fileURLToPath } from 'node:url'
import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  loadPackageDefinition,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { UpstreamConfig } from '@tunnel/agent-core'
import { onTestFinished } from 'vitest'
import { identity } from '../harness/identity.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'

export interface Message {
  text: string
  data: Buffer
  number: number
}

export interface EchoHandlers {
  Unary?: handleUnaryCall<Message, Partial<Message>>
  Collect?: handleClientStreamingCall<Message, Partial<Message>>
  Count?: handleServerStreamingCall<Message, Partial<Message>>
  Converse?: handleBidiStreamingCall<Message, Partial<Message>>
}

/** Every message of a test fits. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

const definition = loadSync(fileURLToPath(new URL('echo.proto', import.meta.url)), { defaults: true })
const Echo = (loadPackageDefinition(definition) as unknown as { tunnel: { e2e: { Echo: ServiceClientConstructor } } })
  .tunnel.e2e.Echo

/** A gRPC service on a free port of loopback. */
export async function startGrpcService(
  handlers: EchoHandlers,
  keys: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<{ port: number; server: Server }> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  })
  server.addService(Echo.service, handlers as Record<string, handleUnaryCall<Message, Message>>)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', keys, (error, bound) => (error ? reject(error) : resolve(bound))),
  )
  onTestFinished(() => server.forceShutdown())
  return { port, server }
}

/** A gRPC client of an endpoint, over TLS with the edge's certificate. */
export async function openGrpc(
  url: string,
  options: ChannelOptions = {},
  keys?: ChannelCredentials,
): Promise<EchoClient> {
  const { hostname, host, port } = new URL(url)
  const trusted = keys ?? credentials.createSsl(Buffer.from((await identity()).ca))
  const client = new Echo(`127.0.0.1:${port}`, trusted, {
    'grpc.ssl_target_name_override': hostname,
    'grpc.default_authority': host,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_retries': 0,
    // Channels of one process would share a connection that another test has ended.
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  })
  onTestFinished(() => client.close())
  return client as Client as EchoClient
}

export interface GrpcTunnel {
  readonly tunnel: TestEdge
  readonly url: string
  readonly client: EchoClient
}

type Answer = (error: ServiceError | null, reply?: Message) => void

/** The calls of the service, as a generated client has them. */
export interface EchoClient extends Client {
  Unary(request: Partial<Message>, answer: Answer): ClientUnaryCall
  Unary(request: Partial<Message>, metadata: Metadata, answer: Answer): ClientUnaryCall
  Unary(request: Partial<Message>, metadata: Metadata, options: CallOptions, answer: Answer): ClientUnaryCall
  Collect(answer: Answer): ClientWritableStream<Partial<Message>>
  Count(request: Partial<Message>): ClientReadableStream<Message>
  Converse(): ClientDuplexStream<Partial<Message>, Message>
}

/** A gRPC service behind an agent and an edge, with a client that comes through both. */
export async function grpcThrough(handlers: EchoHandlers, config: UpstreamConfig = {}): Promise<GrpcTunnel> {
  const { port } = await startGrpcService(handlers)
  const tunnel = await startTestEdge()
  const listener = await tunnel.forward({ port }, { app_protocol: 'http2', ...config })
  return { tunnel, url: listener.url(), client: await openGrpc(listener.url()) }
}

export interface Outcome {
  reply: Message | undefined
  messages: Message[]
  code: number
  details: string
  /** What came before the messages, and with the status. */
  metadata: Metadata | undefined
  trailers: Metadata | undefined
}

/** Everything that becomes of a call, when it has become of it. A failure is an outcome. */
export function outcomeOf(start: (answer: Answer) => ClientCall): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = {
      reply: undefined,
      messages: [],
      code: -1,
      details: '',
      metadata: undefined,
      trailers: undefined,
    }
    const call = start((_error, reply) => {
      outcome.reply = reply
    })
    call.on('metadata', (metadata: Metadata) => {
      outcome.metadata = metadata
    })
    call.on('data', (message: Message) => outcome.messages.push(message))
    // The status tells the same.
    call.on('error', () => {})
    call.on('status', ({ code, details, metadata }: StatusObject) => {
      resolve(Object.assign(outcome, { code, details, trailers: metadata }))
    })
  })
}

export type ClientCall = NodeJS.EventEmitter & { cancel(): void }
