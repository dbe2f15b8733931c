import { connect } from 'node:net'
import { requestHead, type Target } from './target.ts'

const receiveBufferBytes = 512 * 1024
const maxHeadBytes = 16 * 1024
const firstByteTimeoutMs = 10_000

export interface DownloadEvents {
  /** The first byte of the first body is there. */
  onStart?(): void
  onBytes?(count: number): void
}

/**
 * Downloads over one connection, the same path again and again, until `signal` is aborted; then it resolves.
 *
 * Bytes land in one buffer and are counted there: a `data` event with a new Buffer for each read would be measured instead.
 * Rejects if an answer is not 200 or ends early.
 */
export function download(
  target: Target,
  path: string,
  { onStart, onBytes }: DownloadEvents,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = ''
    let bodyLeft = 0
    let hasStarted = false

    const request = () => {
      head = ''
      socket.write(requestHead(target, path))
    }
    const takeBody = (bytes: number) => {
      onBytes?.(bytes)
      bodyLeft -= bytes
      if (bodyLeft < 0) socket.destroy(new Error('more bytes than the response announced'))
      else if (bodyLeft === 0) request()
    }
    const start = () => {
      hasStarted = true
      clearTimeout(timer)
      onStart?.()
    }
    const takeHead = (bytes: Buffer) => {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) {
        if (head.length > maxHeadBytes) socket.destroy(new Error(`head exceeds ${maxHeadBytes} bytes`))
        return
      }
      bodyLeft = contentLengthOf(head.slice(0, end))
      if (!(bodyLeft > 0)) return void socket.destroy(new Error(`answered ${head.slice(0, 40)}`))
      if (!hasStarted) start()
      takeBody(head.length - end - 4)
    }
    const onread = {
      buffer: Buffer.allocUnsafe(receiveBufferBytes),
      callback(length: number, bytes: Uint8Array): boolean {
        if (bodyLeft > 0) takeBody(length)
        else takeHead(Buffer.from(bytes.buffer, bytes.byteOffset, length))
        return true
      },
    }

    const stop = () => {
      resolve()
      socket.destroy()
    }
    const socket = connect({ host: '127.0.0.1', port: target.port, onread })
    const timer = setTimeout(
      () => socket.destroy(new Error(`no body within ${firstByteTimeoutMs} ms`)),
      firstByteTimeoutMs,
    )
    signal.addEventListener('abort', stop, { once: true })
    socket.once('connect', request)
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      reject(new Error('the connection ended in the middle of a download'))
    })
  })
}

/** `NaN` for anything but a 200 with a length. */
function contentLengthOf(head: string): number {
  return /^HTTP\/1\.1 200 /.test(head) ? Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]) : Number.NaN
}
