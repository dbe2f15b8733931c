import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { writeJoined } from './joined-writes.ts'
import type { Link, LinkEvents } from './link.ts'
import { LinkReads } from './link-reads.ts'

/** A connection that the session reads and writes by itself, and closes with itself. */
export class AttachedLink implements Link {
  readonly #connection: Duplex
  readonly #events: LinkEvents
  readonly #isTls: boolean
  readonly #reads: LinkReads | undefined
  #onReleased: (() => void) | undefined

  constructor(connection: Duplex, events: LinkEvents) {
    this.#connection = connection
    this.#events = events
    this.#isTls = connection instanceof TLSSocket
    this.#reads = LinkReads.of(connection, this.#onData)
    // Also what it had to hold.
    connection.on('data', this.#onData)
    connection.on('drain', this.#onDrain)
    connection.on('end', this.#onEnd)
    connection.on('error', this.#onError)
    connection.on('close', this.#onClose)
    // Whoever read a greeting from it may have left it paused.
    connection.resume()
    if (connection.destroyed) process.nextTick(this.#onClose)
  }

  write(parts: Buffer[], onFree?: () => void): boolean {
    const connection = this.#connection
    const last = parts.length - 1
    if (last === 0) return connection.write(parts[0], onFree)
    if (this.#isTls) return writeJoined(connection, parts, onFree)
    connection.cork()
    for (let i = 0; i < last; i++) connection.write(parts[i])
    connection.write(parts[last], onFree)
    connection.uncork()
    return !connection.writableNeedDrain
  }

  end(onReleased: () => void): void {
    if (this.#connection.destroyed) {
      onReleased()
      return
    }
    this.#onReleased = onReleased
    this.#connection.end()
  }

  destroy(): void {
    this.#onReleased = undefined
    this.#connection.destroy()
    if (this.#connection.closed) this.#detach()
  }

  #onData = (chunk: Buffer): void => this.#events.onData(chunk)

  #onDrain = (): void => this.#events.onDrain()

  #onError = (error: Error): void => this.#events.onError(error)

  #onEnd = (): void => {
    if (!this.#onReleased) this.#events.onEnd()
  }

  #onClose = (): void => {
    this.#detach()
    const onReleased = this.#onReleased ?? this.#events.onEnd
    this.#onReleased = undefined
    onReleased()
  }

  #detach(): void {
    this.#reads?.release()
    this.#connection.off('data', this.#onData)
    this.#connection.off('drain', this.#onDrain)
    this.#connection.off('end', this.#onEnd)
    this.#connection.off('error', this.#onError)
    this.#connection.off('close', this.#onClose)
  }
}
