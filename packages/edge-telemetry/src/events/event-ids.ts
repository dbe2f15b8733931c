import { randomBytes } from 'node:crypto'

/** The part that changes: of base 36, used up after a year of 60,000 events a second. */
const DIGITS = 8
const [ZERO, NINE, A, Z] = [0x30, 0x39, 0x61, 0x7a]

const PREFIX = `ev_${randomBytes(12).toString('hex')}`
const digits = Buffer.alloc(DIGITS, ZERO)

/** Of no event. */
export const FIRST_EVENT_ID = PREFIX + digits.toString('latin1')

/** Makes another id of the one that begins at `at`, which no other event has, of this process or another. */
export function putNextEventId(bytes: Uint8Array, at: number): void {
  countUp()
  const digitsAt = at + PREFIX.length
  for (let place = 0; place < DIGITS; place++) bytes[digitsAt + place] = digits[place] as number
}

function countUp(): void {
  let place = DIGITS - 1
  while (digits[place] === Z) digits[place--] = ZERO
  const digit = digits[place] as number
  digits[place] = digit === NINE ? A : digit + 1
}
