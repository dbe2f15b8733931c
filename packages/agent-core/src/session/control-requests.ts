import type { Duplex } from 'node:stream'
import {
  type AgentMessage,
  type EdgeMessage,
  encodeMessage,
  MessageDecoder,
  parseEdgeMessage,
  TunnelError,
} from '@tunnel/protocol'

type Answer = Extract<EdgeMessage, { type: 'bound' | 'done' | 'explained' }>
type Request = Extract<AgentMessage, { type: 'bind' | 'unbind' | 'update' | 'explain' }>
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

  /**
   * Rejects with what the edge answered, or with 810 when the session ends first. `onAnswer` is called before anything that
   * arrived after the answer is looked at; the promise settles later.
   */
  request(message: WithoutId<Request>, onAnswer?: (answer: Answer) => void): Promise<Answer> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.send({ ...message, id } as Request)
      this.#pending.set(id, {
        resolve: (answer) => {
          onAnswer?.(answer)
          resolve(answer)
        },
        reject,
      })
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
    if (!isAnswer(message)) return false
    const waiting = message.id === undefined ? undefined : this.#pending.get(message.id)
    if (!waiting) return true
    this.#pending.delete(message.id as number)
    if (message.type === 'failed') waiting.reject(TunnelError.fromWire(message.error))
    else if (message.type === 'unsupported') waiting.reject(unsupportedByEdge(message.messageType))
    else waiting.resolve(message)
    return true
  }
}

type AnyAnswer = Extract<EdgeMessage, { type: 'bound' | 'done' | 'explained' | 'failed' | 'unsupported' }>

function isAnswer(message: EdgeMessage): message is AnyAnswer {
  return ['bound', 'done', 'explained', 'failed', 'unsupported'].includes(message.type)
}

function unsupportedByEdge(messageType: string): TunnelError {
  return new TunnelError(813, `the edge does not support ${messageType}: it may be older than this agent`)
}
