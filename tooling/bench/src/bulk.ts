import { connect } from 'node:net'
import { requestHead, type Target } from './target.ts'

const receiveBufferBytes = 512 * 1024
const maxHeadBytes = 16 * 1024
const firstByteTimeoutMs = 10_000

/**
 * Downloads over one connection for `seconds` from the first body byte on, the same file again and again, and returns
 * megabytes (10^6 bytes) per second.
 *
 * Bytes land in one buffer and are counted there: a `data` event with a new Buffer for each read would be measured instead.
 * Throws if an answer is not 200 or ends early; an abort of `signal` rejects with its reason.
 */
export function measureBulk(target: Target, seconds: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = ''
    let startedAt = 0
    let bodyBytes = 0
    let bodyLeft = 0

    const finish = () => {
      resolve(bodyBytes / 1_000 / (performance.now() - startedAt))
      socket.destroy()
    }
    const request = () => {
      head = ''
      socket.write(requestHead(target))
    }
    const start = () => {
      clearTimeout(timer)
      startedAt = performance.now()
      timer = setTimeout(finish, seconds * 1_000)
    }
    const takeBody = (bytes: number) => {
      bodyBytes += bytes
      bodyLeft -= bytes
      if (bodyLeft < 0) socket.destroy(new Error('more bytes than the response announced'))
      else if (bodyLeft === 0) request()
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
      if (startedAt === 0) start()
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

    const abort = () => socket.destroy(signal.reason)
    const socket = connect({ host: '127.0.0.1', port: target.port, onread })
    let timer = setTimeout(
      () => socket.destroy(new Error(`no body within ${firstByteTimeoutMs} ms`)),
      firstByteTimeoutMs,
    )
    signal.addEventListener('abort', abort, { once: true })
    socket.once('connect', request)
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      reject(new Error(`the connection ended after ${bodyBytes} bytes`))
    })
  })
}

/** `NaN` for anything but a 200 with a length. */
function contentLengthOf(head: string): number {
  return /^HTTP\/1\.1 200 /.test(head) ? Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]) : Number.NaN
}
