import type { Duplex } from 'node:stream'
import type { TunnelError } from '@tunnel/protocol'
import { atTurnEnd, hasRoom } from '@tunnel/socket-buffers'
import { createWebSocketTcpConverter } from '@tunnel/traffic-policy'
import type { AgentStream, StreamReceiver } from '../agent-session.ts'
import type { EdgeLimits } from '../limits.ts'

export type MessagePumpLimits = Pick<
  EdgeLimits,
  'webSocketPingIntervalMs' | 'clientIdleTimeoutMs' | 'upstreamIdleTimeoutMs' | 'lingerTimeoutMs'
>

/**
 * Moves bytes between a visitor that speaks WebSocket and a stream that does not. It is the receiver of a stream that does not flow until
 * {@link start} gives it the visitor's connection.
 */
export class MessagePump implements StreamReceiver {
  readonly #limits: MessagePumpLimits
  readonly #onClosed: (error: TunnelError | undefined) => void
  readonly #converter = createWebSocketTcpConverter({
    toClient: (bytes) => this.#toVisitor(bytes),
    clientHasRoom: () => this.#visitor !== undefined && hasRoom(this.#visitor),
    toUpstream: (bytes) => this.#toUpstream(bytes),
    endUpstream: () => this.#endUpstream(),
    endClient: () => this.#endVisitor(),
  })
  #visitor: Duplex | undefined
  #stream: AgentStream | undefined
  #heardAt = 0
  #heldBack = false
  #corked = false
  #upstreamEnded = false
  #streamClosed: { error: TunnelError | undefined } | undefined
  #watch: NodeJS.Timeout | undefined
  #lingerTimer: NodeJS.Timeout | undefined

  constructor(limits: MessagePumpLimits, onClosed: (error: TunnelError | undefined) => void) {
    this.#limits = limits
    this.#onClosed = onClosed
  }

  /** The handshake is on its way: from here on `visitor` speaks in frames. */
  start(visitor: Duplex, stream: AgentStream): void {
    this.#visitor = visitor
    this.#stream = stream
    this.#heardAt = performance.now()
    visitor.on('data', (chunk: Buffer) => {
      this.#heardAt = performance.now()
      this.#converter.fromClient(chunk)
    })
    visitor.on('end', () => this.#converter.clientEnded())
    visitor.on('drain', () => this.#onVisitorDrain())
    visitor.on('error', () => visitor.destroy())
    // An HTTP/2 stream that the visitor reset looks ended.
    visitor.on('aborted', () => stream.destroy())
    visitor.on('close', () => this.#onVisitorClose())
    if (visitor.destroyed) return this.#onVisitorClose()
    this.#watch = setInterval(() => this.#ask(), this.#limits.webSocketPingIntervalMs).unref()
    visitor.resume()
    if (this.#streamClosed) this.#sayClosed(this.#streamClosed.error)
    else stream.resume()
  }

  onStreamData(chunk: Buffer): void {
    this.#converter.fromUpstream(chunk)
  }

  onStreamEnd(): void {
    this.#upstreamEnded = true
    this.#converter.upstreamEnded()
  }

  onStreamDrain(): void {
    this.#heldBack = false
    this.#visitor?.resume()
  }

  onStreamClose(error: TunnelError | undefined): void {
    this.#streamClosed = { error }
    if (this.#visitor) this.#sayClosed(error)
    this.#onClosed(error)
  }

  #sayClosed(error: TunnelError | undefined): void {
    this.#converter.upstreamEnded(error?.code)
  }

  #toVisitor(bytes: Buffer): void {
    const visitor = this.#visitor
    if (!visitor || visitor.writableEnded || visitor.destroyed) return
    if (!this.#corked) {
      this.#corked = true
      visitor.cork()
      atTurnEnd(this.#uncork)
    }
    visitor.write(bytes)
  }

  readonly #uncork = (): void => {
    const visitor = this.#visitor as Duplex
    this.#corked = false
    visitor.uncork()
    if (!hasRoom(visitor)) this.#stream?.pause()
  }

  #onVisitorDrain(): void {
    this.#converter.clientDrained()
    this.#stream?.resume()
  }

  #toUpstream(bytes: Buffer): void {
    if (this.#stream?.write(bytes) !== false) return
    this.#heldBack = true
    this.#visitor?.pause()
  }

  #endUpstream(): void {
    if (!this.#streamClosed) this.#stream?.end()
  }

  /** The visitor has been told; its own end may never come. */
  #endVisitor(): void {
    const visitor = this.#visitor
    if (!visitor || visitor.destroyed) return
    clearInterval(this.#watch)
    visitor.end()
    visitor.resume()
    this.#lingerTimer ??= setTimeout(() => visitor.destroy(), this.#limits.lingerTimeoutMs).unref()
  }

  #onVisitorClose(): void {
    clearInterval(this.#watch)
    clearTimeout(this.#lingerTimer)
    this.#converter.clientEnded()
    // After both ends what the upstream has not read yet is still on its way.
    if (!this.#upstreamEnded) this.#stream?.destroy()
  }

  /** Pings keep the connection in use; a visitor that answers none for as long as a connection may be idle is gone. */
  #ask(): void {
    const visitor = this.#visitor as Duplex
    // Who is not listened to, or has not read what came before the question, is not asked.
    if (this.#heldBack || visitor.writableLength > 0) this.#heardAt = performance.now()
    else if (performance.now() - this.#heardAt >= this.#limits.clientIdleTimeoutMs) visitor.destroy()
    else this.#converter.ping()
  }
}
