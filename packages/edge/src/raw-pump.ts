import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { TunnelError } from '@tunnel/protocol'
import { atTurnEnd, GatheredWriter, hasRoom } from '@tunnel/socket-buffers'
import type { AgentStream, StreamReceiver } from './agent-session.ts'
import { SharedReads } from './http/shared-reads.ts'
import { resetSocket } from './reset-socket.ts'

/**
 * Moves bytes both ways between a visitor and a stream, as they are: TCP endpoints, and HTTP connections after an upgrade.
 * A FIN is passed on in its direction; anything else that ends one side ends the other.
 */
export class RawPump implements StreamReceiver {
  readonly #visitor: Duplex
  readonly #onClosed: (error: TunnelError | undefined) => void
  /** Of a socket, whose writes call back when nothing refers to their bytes any more; the others are corked. */
  readonly #writer: GatheredWriter | undefined
  #stream: AgentStream | undefined
  #corked = false

  constructor(visitor: Duplex, onClosed: (error: TunnelError | undefined) => void = () => {}) {
    this.#visitor = visitor
    if (visitor instanceof Socket) this.#writer = new GatheredWriter(visitor, this.#onFull)
    this.#onClosed = onClosed
  }

  start(stream: AgentStream): void {
    this.#stream = stream
    const visitor = this.#visitor
    const write = (chunk: Buffer, onFree?: () => void): void => {
      if (!stream.write(chunk, onFree)) visitor.pause()
    }
    if (visitor instanceof Socket) {
      const taker = { writeRequestBody: write }
      const reads: SharedReads = new SharedReads(visitor, (chunk) => reads.give(chunk, taker))
    } else visitor.on('data', write)
    visitor.on('end', () => stream.end())
    visitor.on('drain', () => stream.resume())
    visitor.on('error', () => visitor.destroy())
    visitor.on('close', () => {
      // After both FINs what the upstream has not read yet is still on its way.
      if (!visitor.readableEnded || !visitor.writableFinished) stream.destroy()
    })
    if (visitor.destroyed) stream.destroy()
    else visitor.resume()
  }

  get consumesAtOnce(): boolean {
    return this.#writer !== undefined
  }

  onStreamData(chunk: Buffer): void {
    const writer = this.#writer
    if (writer) {
      writer.push(chunk)
      if (!writer.flushSoon()) this.#onFull()
      return
    }
    if (!this.#corked) {
      this.#corked = true
      this.#visitor.cork()
      atTurnEnd(this.#uncork)
    }
    this.#visitor.write(chunk)
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#visitor.uncork()
    if (!hasRoom(this.#visitor)) this.#onFull()
  }

  readonly #onFull = (): void => this.#stream?.pause()

  onStreamEnd(): void {
    this.#writer?.flush()
    this.#visitor.end()
  }

  onStreamDrain(): void {
    this.#visitor.resume()
  }

  onStreamClose(error: TunnelError | undefined): void {
    // After both FINs the visitor's own end has been asked for already; an error must look like one, not like an end.
    if (error) breakOff(this.#visitor)
    this.#onClosed(error)
  }
}

/** A TCP socket that is only destroyed sends a FIN; over TLS the missing closing alert tells the difference, over HTTP/2 the code. */
function breakOff(visitor: Duplex): void {
  if (visitor instanceof Socket && !(visitor instanceof TLSSocket)) resetSocket(visitor)
  else visitor.destroy()
}
