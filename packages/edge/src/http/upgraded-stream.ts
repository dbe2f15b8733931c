import { type ServerStream, StreamDuplex } from '@tunnel/http2'

/** A WebSocket over HTTP/2. What the visitor says before there is somebody to hear it waits in it. */
export class UpgradedStream extends StreamDuplex {
  readonly #onUse: () => void

  /** `onUse`: something has come or gone. */
  constructor(stream: ServerStream, onUse: () => void) {
    super(stream)
    this.#onUse = onUse
    // Nobody may have taken it yet.
    this.on('error', () => {})
  }

  override onData(chunk: Buffer): void {
    this.#onUse()
    super.onData(chunk)
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, onWritten: (error?: Error | null) => void): void {
    this.#onUse()
    super._write(chunk, encoding, onWritten)
  }
}
