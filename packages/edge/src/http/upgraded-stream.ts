import { errorCodes, type ServerStream, StreamDuplex } from '@tunnel/http2'

/** A WebSocket over HTTP/2. What the visitor says before there is somebody to hear it waits in it; it ends when nothing comes or goes for too long. */
export class UpgradedStream extends StreamDuplex {
  readonly #idleTimer: NodeJS.Timeout

  constructor(stream: ServerStream, idleTimeoutMs: number) {
    super(stream)
    this.#idleTimer = setTimeout(() => stream.reset(errorCodes.CANCEL), idleTimeoutMs)
    // Nobody may have taken it yet.
    this.on('error', () => {})
  }

  override onData(chunk: Buffer): void {
    this.#idleTimer.refresh()
    super.onData(chunk)
  }

  override onClose(code: number | undefined): void {
    clearTimeout(this.#idleTimer)
    super.onClose(code)
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, onWritten: (error?: Error | null) => void): void {
    this.#idleTimer.refresh()
    super._write(chunk, encoding, onWritten)
  }
}
