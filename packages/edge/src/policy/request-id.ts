import { randomBytes } from 'node:crypto'

const PREFIX = `req_${randomBytes(12).toString('hex')}`
let count = 0

/** A name that no other request has, of this process or another. */
export function nextRequestId(): string {
  count++
  return `${PREFIX}${count.toString(36).padStart(8, '0')}`
}
