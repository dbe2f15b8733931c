import type { Duplex } from 'node:stream'
import {
  type AgentMessage,
  type EdgeMessage,
  encodeMessage,
  MAX_HELLO_BYTES,
  MAX_MESSAGE_BYTES,
  MessageDecoder,
  parseAgentMessage,
  TunnelError,
} from '@tunnel/protocol'

/** What an agent may leave unread before it counts as dead. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

/** The control stream of a session, edge side: messages in and out, in order. */
export class ControlChannel {
  readonly #stream: Duplex
  readonly #decoder: MessageDecoder
  readonly #onFault: (error: TunnelError) => void

  /** `onFault` is called once for bytes that are no protocol, a message that is too large, or an agent that does not read. */
  constructor(stream: Duplex, onMessage: (message: AgentMessage) => void, onFault: (error: TunnelError) => void) {
    this.#stream = stream
    this.#onFault = onFault
    this.#decoder = new MessageDecoder((value) => {
      const message = parseAgentMessage(value)
      if ('unknown' in message) this.send(message.unknown)
      else onMessage(message)
    }, MAX_HELLO_BYTES)
    stream.on('data', (chunk: Buffer) => {
      try {
        this.#decoder.write(chunk)
      } catch (cause) {
        stream.removeAllListeners('data')
        onFault(TunnelError.from(cause))
      }
    })
    stream.on('error', () => {})
  }

  /** The peer has shown a credential: longer messages are taken. */
  trust(): void {
    this.#decoder.maxBytes = MAX_MESSAGE_BYTES
  }

  send(message: EdgeMessage): void {
    if (this.#stream.destroyed || this.#stream.writableEnded) return
    if (this.#stream.writableLength > MAX_UNREAD_BYTES) {
      this.#onFault(
        new TunnelError(812, `${this.#stream.writableLength} unread control bytes exceed ${MAX_UNREAD_BYTES}`),
      )
      return
    }
    this.#stream.write(encodeMessage(message))
  }

  /** Sends a last message; `onSent` when it is on its way. */
  finish(message: EdgeMessage, onSent: () => void): void {
    if (this.#stream.destroyed || this.#stream.writableEnded) return onSent()
    this.#stream.end(encodeMessage(message), onSent)
  }
}
