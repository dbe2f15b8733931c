import { encodeStreamHeader, type StreamHeader, StreamReplyDecoder, TunnelError } from '@tunnel/protocol'
import type { Stream, StreamSink } from '@tunnel/yamux'
import type { AgentStream, StreamReceiver } from '../agent-session.ts'

/** A yamux stream to an agent: says whose traffic it is, reads the agent's one reply, then bytes (protocol SPEC §5). */
export class NativeStream implements AgentStream, StreamSink {
  readonly #stream: Stream
  readonly #receiver: StreamReceiver
  #reply: StreamReplyDecoder | undefined = new StreamReplyDecoder()
  #failure: TunnelError | undefined
  #ended = false

  constructor(stream: Stream, header: StreamHeader, receiver: StreamReceiver) {
    this.#stream = stream
    this.#receiver = receiver
    stream.readInto(this)
    stream.on('drain', () => receiver.onStreamDrain())
    stream.on('error', this.#onError)
    stream.on('close', this.#onClose)
    stream.write(encodeStreamHeader(header))
  }

  write(data: Buffer | string, onFree?: () => void): boolean {
    return this.#stream.send(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, onFree)
  }

  writeMessage(data: Buffer | string): boolean {
    return this.#stream.sendCopy(data)
  }

  end(): void {
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** The reply's decoder keeps what it cannot read yet. */
  get consumesAtOnce(): boolean {
    return this.#reply === undefined && this.#receiver.consumesAtOnce === true
  }

  onData(chunk: Buffer): void {
    if (this.#reply === undefined) return this.#receiver.onStreamData(chunk)
    try {
      const reply = this.#reply.write(chunk)
      if (reply === undefined) return
      this.#reply = undefined
      if (reply.refused) return this.#fail(reply.refused)
      if (reply.rest.length > 0) this.#receiver.onStreamData(reply.rest)
    } catch (cause) {
      this.#fail(TunnelError.from(cause))
    }
  }

  onEnd(): void {
    this.#ended = true
    if (this.#reply === undefined) this.#receiver.onStreamEnd()
    else this.#fail(new TunnelError(3210, 'the agent ended the stream without a reply'))
  }

  #fail(error: TunnelError): void {
    this.#failure = error
    this.#stream.destroy()
  }

  readonly #onError = (cause: Error): void => {
    this.#failure ??= new TunnelError(3210, 'the stream to the agent broke', { cause })
  }

  readonly #onClose = (): void => {
    if (!this.#failure && !this.#ended) this.#failure = new TunnelError(3210, 'the stream to the agent was reset')
    this.#receiver.onStreamClose(this.#failure)
  }
}
