import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import {
  type AgentMessage,
  type EdgeMessage,
  encodeMessage,
  encodeStreamHeader,
  type Hello,
  MessageDecoder,
  parseAgentMessage,
  type StreamHeader,
  StreamReplyDecoder,
  type TunnelError,
} from '@tunnel/protocol'
import { Server, type Stream } from '@tunnel/yamux'
import { Queue } from './queue.ts'

export type Bind = Extract<AgentMessage, { type: 'bind' }>

/** What an edge answers. Left out: it welcomes everybody and binds everything. Answering nothing is silence. */
export interface EdgeScript {
  onHello?(hello: Hello, link: AgentLink): EdgeMessage | undefined
  onBind?(bind: Bind, link: AgentLink): EdgeMessage | undefined
}

export const welcome: EdgeMessage = {
  type: 'welcome',
  version: 1,
  edgeVersion: '0.0.0',
  sessionId: 'ts_1',
  cookie: 'cookie-1',
  region: 'test',
  resumeWindowMs: 60_000,
}

let nextEndpoint = 1

/** One agent's connection as its edge sees it. */
export class AgentLink {
  readonly mux: Server
  /** Whatever the agent has said, hello first. */
  readonly messages = new Queue<AgentMessage | { unknown: unknown }>()
  readonly closed: Promise<void>
  readonly #connection: Duplex
  #control: Stream | undefined
  #hello: Hello | undefined

  constructor(connection: Duplex, script: EdgeScript, onHello: () => void) {
    this.#connection = connection
    connection.on('error', () => {})
    this.closed = new Promise((resolve) => connection.once('close', () => resolve()))
    this.mux = new Server((stream) => this.#onControl(stream, script, onHello), { enableKeepAlive: false })
    this.mux.on('error', () => {})
    this.mux.attach(connection)
  }

  get hello(): Hello {
    return this.#hello as Hello
  }

  send(message: EdgeMessage): void {
    this.#control?.write(encodeMessage(message))
  }

  /** What the agent says next that is of this type; the others before it are dropped. */
  async next<T extends AgentMessage['type']>(type: T): Promise<Extract<AgentMessage, { type: T }>> {
    for (;;) {
      const message = await this.messages.next()
      if ('type' in message && message.type === type) return message as Extract<AgentMessage, { type: T }>
    }
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.#connection.destroy()
  }

  /** Ends the session as an edge does: says so, then closes. */
  goodbye(message: EdgeMessage): void {
    this.#control?.end(encodeMessage(message), () => this.mux.close())
  }

  openStream(endpointId: string, header: Partial<StreamHeader> = {}): Stream {
    const stream = this.mux.open()
    stream.on('error', () => {})
    stream.write(encodeStreamHeader({ endpointId, protocol: 'raw', visitorAddress: '203.0.113.7:40000', ...header }))
    return stream
  }

  /** Sends `bytes`, ends, and reads what comes back to its end. */
  async exchange(endpointId: string, bytes: string): Promise<{ refused?: TunnelError; text: string }> {
    const stream = this.openStream(endpointId)
    stream.end(bytes)
    return readReply(stream)
  }

  #onControl(stream: Stream, script: EdgeScript, onHello: () => void): void {
    this.#control = stream
    stream.on('error', () => {})
    stream.on('end', () => this.mux.close())
    const decoder = new MessageDecoder((value) => {
      const message = parseAgentMessage(value)
      this.messages.push(message)
      if ('unknown' in message) return
      if (message.type === 'hello') {
        this.#hello = message
        this.#answer(script.onHello ? script.onHello(message, this) : welcome)
        onHello()
      } else if (message.type === 'bind') {
        this.#answer(script.onBind ? script.onBind(message, this) : bound(message))
      } else if (message.type === 'unbind' || message.type === 'update') {
        this.send({ type: 'done', id: message.id })
      }
    })
    stream.on('data', (chunk: Buffer) => decoder.write(chunk))
  }

  #answer(message: EdgeMessage | undefined): void {
    if (message?.type === 'refused') this.goodbye(message)
    else if (message) this.send(message)
  }
}

/** Gives the address that is asked for, or that the token stands for, or a random one. */
export function bound(bind: Bind): Extract<EdgeMessage, { type: 'bound' }> {
  const id = `ep_${nextEndpoint++}`
  const { protocol, url } = bind.endpoint
  const address = bind.token?.replace(/^token of /, '') ?? (url || `${protocol}://${id}.example`)
  return { type: 'bound', id: bind.id, endpoint: { id, url: address, protocol, token: `token of ${address}` } }
}

export async function readReply(stream: Stream): Promise<{ refused?: TunnelError; text: string }> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(stream, 'end')
  const reply = new StreamReplyDecoder().write(Buffer.concat(chunks))
  if (!reply) throw new Error('the agent ended the stream without a reply')
  return { ...(reply.refused && { refused: reply.refused }), text: reply.rest.toString() }
}
