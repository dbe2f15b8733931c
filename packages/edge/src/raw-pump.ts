import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { TunnelError } from '@tunnel/protocol'
import { atTurnEnd, hasRoom } from '@tunnel/socket-buffers'
import type { AgentStream, StreamReceiver } from './agent-session.ts'
import { resetSocket } from './reset-socket.ts'

/**
 * Moves bytes both ways between a visitor and a stream, as they are: TCP endpoints, and HTTP connections after an upgrade.
 * A FIN is passed on in its direction; anything else that ends one side ends the other.
 */
export class RawPump implements StreamReceiver {
  readonly #visitor: Duplex
  readonly #onClosed: (error: TunnelError | undefined) => void
  #stream: AgentStream | undefined
  #corked = false

  constructor(visitor: Duplex, onClosed: (error: TunnelError | undefined) => void = () => {}) {
    this.#visitor = visitor
    this.#onClosed = onClosed
  }

  start(stream: AgentStream): void {
    this.#stream = stream
    const visitor = this.#visitor
    visitor.on('data', (chunk: Buffer) => {
      if (!stream.write(chunk)) visitor.pause()
    })
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

  onStreamData(chunk: Buffer): void {
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
    if (!hasRoom(this.#visitor)) this.#stream?.pause()
  }

  onStreamEnd(): void {
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
