import type { Duplex } from 'node:stream'
import {
  type AgentMessage,
  type EdgeMessage,
  encodeMessage,
  MessageDecoder,
  parseEdgeMessage,
  TunnelError,
} from '@tunnel/protocol'

type Answer = Extract<EdgeMessage, { type: 'bound' | 'done' }>
type Request = Extract<AgentMessage, { type: 'bind' | 'unbind' | 'update' }>
/** Of every request alone, so that a union keeps its members. */
type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never

/** The control stream of a session, agent side: requests with their answers, and what the edge says on its own. */
export class ControlRequests {
  readonly #stream: Duplex
  readonly #pending = new Map<number, { resolve: (answer: Answer) => void; reject: (error: TunnelError) => void }>()
  #nextId = 1
  #lost: TunnelError | undefined

  /** `onMessage` gets all but answers; `onFault` once when the edge sends what is no protocol. */
  constructor(stream: Duplex, onMessage: (message: EdgeMessage) => void, onFault: (error: TunnelError) => void) {
    this.#stream = stream
    const decoder = new MessageDecoder((value) => {
      const message = parseEdgeMessage(value)
      if ('unknown' in message) this.send(message.unknown)
      else if (!this.#settle(message)) onMessage(message)
    })
    stream.on('data', (chunk: Buffer) => {
      try {
        decoder.write(chunk)
      } catch (cause) {
        stream.removeAllListeners('data')
        onFault(TunnelError.from(cause))
      }
    })
    stream.on('error', () => {})
  }

  send(message: AgentMessage): void {
    if (!this.#stream.destroyed && !this.#stream.writableEnded) this.#stream.write(encodeMessage(message))
  }

  /** Rejects with what the edge answered, or with 810 when the session ends first. */
  request(message: WithoutId<Request>): Promise<Answer> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.send({ ...message, id } as Request)
    })
  }

  /** The session is over: whoever waits for an answer gets none. */
  lose(): void {
    this.#lost = new TunnelError(810, 'the session ended before the edge answered', { retryable: true })
    for (const { reject } of this.#pending.values()) reject(this.#lost)
    this.#pending.clear()
  }

  /** Says goodbye: the edge takes the endpoints offline at once. */
  end(): void {
    this.#stream.end()
  }

  #settle(message: EdgeMessage): boolean {
    if (message.type !== 'bound' && message.type !== 'done' && message.type !== 'failed') return false
    const waiting = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (message.type === 'failed') waiting?.reject(TunnelError.fromWire(message.error))
    else waiting?.resolve(message)
    return true
  }
}
