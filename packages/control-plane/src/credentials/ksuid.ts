import { randomBytes, randomInt } from 'node:crypto'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Seconds from the Unix epoch to the KSUID one, 2014-05-13. */
const EPOCH_SECONDS = 1_400_000_000
const KSUID_DIGITS = 27

/** A sortable id: u32 seconds since the KSUID epoch + 16 random bytes, big-endian, as 27 base62 digits. */
export function ksuid(now: number): string {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32BE(Math.floor(now / 1000) - EPOCH_SECONDS)
  randomBytes(16).copy(bytes, 4)
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text
  return text.padStart(KSUID_DIGITS, '0')
}

/** Base62 digits that cannot be guessed, 5.95 bits each. */
export function randomBase62(length: number): string {
  return Array.from({ length }, () => DIGITS[randomInt(62)]).join('')
}
