import { connect } from 'node:net'
import type { Target } from './target.ts'

const pieceBytes = 256 * 1024
const answerTimeoutMs = 20_000

/**
 * Uploads over one connection for `seconds` and returns megabytes (10^6 bytes) per second, up to the answer: what was still
 * on its way when the time was over counts, and so does the time that it took.
 */
export function measureUpload(target: Target, seconds: number, signal: AbortSignal): Promise<number> {
  const head = `POST / HTTP/1.1\r\nHost: ${target.host}\r\nTransfer-Encoding: chunked\r\n\r\n`
  const piece = Buffer.concat([
    Buffer.from(`${pieceBytes.toString(16)}\r\n`),
    Buffer.alloc(pieceBytes, 'tunnel'),
    Buffer.from('\r\n'),
  ])
  return new Promise((resolve, reject) => {
    let sentBytes = 0
    let isOver = false
    const startedAt = performance.now()
    const socket = connect({ host: '127.0.0.1', port: target.port, noDelay: true })
    const more = (): void => {
      while (!isOver) {
        sentBytes += pieceBytes
        if (!socket.write(piece)) return void socket.once('drain', more)
      }
      socket.write('0\r\n\r\n')
    }
    const finish = (): void => {
      isOver = true
      timer = setTimeout(() => socket.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)), answerTimeoutMs)
    }
    let timer = setTimeout(finish, seconds * 1_000)
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('connect', () => {
      socket.write(head)
      more()
    })
    socket.once('data', (answer) => {
      if (!/^HTTP\/1\.1 200 /.test(answer.toString('latin1')))
        return reject(new Error(`answered ${answer.toString('latin1', 0, 40)}`))
      resolve(sentBytes / 1_000 / (performance.now() - startedAt))
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      reject(new Error(`the connection ended after ${sentBytes} bytes`))
    })
  })
}
