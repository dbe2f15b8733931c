import type { Duplex } from 'node:stream'
import { TunnelError } from '@tunnel/protocol'
import type { Finding } from './diagnosis.ts'

/** Certificates and tokens bear this much. */
const MAX_SKEW_MS = 60_000
const MAX_HEAD_BYTES = 16 * 1024

/** Compares this machine's clock with the `Date` that the edge's web server answers over `connection`, to the second. Warns with 8003. */
export async function testClock(connection: Duplex, host: string, now: () => number): Promise<Finding> {
  connection.write(`HEAD / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const date = await dateOf(connection)
  if (Number.isNaN(date)) return { details: ['the edge does not tell its time'], isSkipped: true }
  const skewMs = now() - date
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  const details = [`${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} the edge`]
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return { details }
  const message = `this machine's clock is ${details[0]}: certificates may seem invalid`
  return { details, warning: new TunnelError(8003, message) }
}

/** `NaN` where there is none. */
async function dateOf(connection: Duplex): Promise<number> {
  let head = ''
  for await (const chunk of connection) {
    head += (chunk as Buffer).toString('latin1')
    if (head.includes('\r\n\r\n') || head.length > MAX_HEAD_BYTES) break
  }
  connection.destroy()
  return Date.parse(/^date:[ \t]*(.*)$/im.exec(head)?.[1] ?? '')
}
