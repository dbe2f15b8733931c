import { connect } from 'node:net'
import { requestHead, type Target } from './target.ts'

const receiveBufferBytes = 512 * 1024
const maxHeadBytes = 16 * 1024
const firstByteTimeoutMs = 10_000

/**
 * Reads one response for `seconds` from its first body byte on and returns megabytes (10^6 bytes) per second.
 *
 * Bytes land in one buffer and are counted there: a `data` event with a new Buffer for each read would be measured instead.
 * Throws if the answer is not 200 or ends early; an abort of `signal` rejects with its reason.
 */
export function measureBulk(target: Target, seconds: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = ''
    let startedAt = 0
    let bodyBytes = 0

    const finish = () => {
      const elapsedMs = performance.now() - startedAt
      resolve(bodyBytes / 1_000 / elapsedMs)
      socket.destroy()
    }
    const startBody = (bytesAfterHead: number) => {
      clearTimeout(timer)
      startedAt = performance.now()
      bodyBytes = bytesAfterHead
      timer = setTimeout(finish, seconds * 1_000)
    }
    const readHead = (bytes: Buffer) => {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end >= 0 && !/^HTTP\/1\.1 200 /.test(head)) socket.destroy(new Error(`answered ${head.slice(0, 40)}`))
      else if (end >= 0) startBody(head.length - end - 4)
      else if (head.length > maxHeadBytes) socket.destroy(new Error(`head exceeds ${maxHeadBytes} bytes`))
    }
    const onread = {
      buffer: Buffer.allocUnsafe(receiveBufferBytes),
      callback(length: number, bytes: Uint8Array): boolean {
        if (startedAt > 0) bodyBytes += length
        else readHead(Buffer.from(bytes.buffer, bytes.byteOffset, length))
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
    socket.once('connect', () => socket.write(requestHead(target)))
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      reject(new Error(`the response ended after ${bodyBytes} bytes`))
    })
  })
}
