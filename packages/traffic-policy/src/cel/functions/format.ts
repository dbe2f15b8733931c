import { CelError } from '../cel-error.ts'
import { assertTextLength } from '../limits.ts'
import { textOf } from '../text-of.ts'
import { kindOf, Uint } from '../values.ts'

const VERB = /%(?:\.(\d{1,3}))?([a-zA-Z%])/g

/** `%s %d %f %e %b %x %X %o %%`, with a precision as in `%.2f`. Reference §2.3 */
export function formatText(template: string, values: readonly unknown[]): string {
  let next = 0
  let length = template.length
  const text = template.replace(VERB, (verb, precision: string | undefined, letter: string) => {
    if (letter === '%') return '%'
    if (next >= values.length) throw new CelError(`format has no value for ${verb}`)
    const piece = formatted(letter, values[next++], precision === undefined ? 6 : Number(precision))
    length += piece.length
    assertTextLength(length)
    return piece
  })
  if (next < values.length) throw new CelError(`format has ${values.length} values for ${next} verbs`)
  return text
}

function formatted(letter: string, value: unknown, precision: number): string {
  switch (letter) {
    case 's':
      return textOf(value)
    case 'd':
      return integerOf(value, letter).toString()
    case 'f':
      return numberOf(value, letter).toFixed(Math.min(precision, 100))
    case 'e':
      return numberOf(value, letter)
        .toExponential(Math.min(precision, 100))
        .replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : integerOf(value, letter).toString(2)
    case 'o':
      return integerOf(value, letter).toString(8)
    case 'x':
      return hex(value)
    case 'X':
      return hex(value).toUpperCase()
    default:
      throw new CelError(`format has no verb %${letter}`)
  }
}

function hex(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return integerOf(value, 'x').toString(16)
}

function integerOf(value: unknown, letter: string): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Uint) return value.value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  throw new CelError(`%${letter} takes an int, got ${kindOf(value)}`)
}

function numberOf(value: unknown, letter: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw new CelError(`%${letter} takes a double, got ${kindOf(value)}`)
}
