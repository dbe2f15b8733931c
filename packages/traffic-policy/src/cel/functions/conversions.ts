import { CelError } from '../cel-error.ts'
import { pureFunctions } from '../define-functions.ts'
import { asInt, asUint } from '../integers.ts'
import { textOf, utf8Of } from '../text-of.ts'
import { type Duration, kindOf, type Timestamp, TypeValue, Uint } from '../values.ts'
import { durationFromText, timestampFromSeconds, timestampFromText } from './time-text.ts'

const same = (value: unknown): unknown => value

function intOfText(text: string): bigint {
  if (!/^[+-]?\d{1,20}$/.test(text)) throw new CelError('text is not an int')
  return asInt(BigInt(text.replace('+', '')))
}

function whole(value: number): bigint {
  if (!Number.isFinite(value)) throw new CelError('double is not a number that an int can be')
  return BigInt(Math.trunc(value))
}

function doubleOfText(text: string): number {
  if (/^[+-]?(?:inf|infinity)$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new CelError('text is not a double')
  return Number(text)
}

function boolOfText(text: string): boolean {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(text)) return false
  throw new CelError('text is not a bool')
}

function textOfBytes(bytes: Uint8Array): string {
  const text = utf8Of(bytes)
  if (text === undefined) throw new CelError('bytes are not UTF-8 text')
  return text
}

export const conversionFunctions = pureFunctions({
  'bool(bool): bool': same,
  'bool(string): bool': boolOfText,
  'int(int): int': same,
  'int(uint): int': ({ value }: Uint) => asInt(value),
  'int(double): int': (value: number) => asInt(whole(value)),
  'int(string): int': intOfText,
  'int(timestamp): int': ({ ms }: Timestamp) => BigInt(Math.floor(ms / 1000)),
  'int(duration): int': ({ nanos }: Duration) => nanos / 1_000_000_000n,
  'uint(uint): uint': same,
  'uint(int): uint': (value: bigint) => new Uint(asUint(value)),
  'uint(double): uint': (value: number) => new Uint(asUint(whole(value))),
  'uint(string): uint': (text: string) => {
    if (!/^\d{1,20}$/.test(text)) throw new CelError('text is not a uint')
    return new Uint(asUint(BigInt(text)))
  },
  'double(double): double': same,
  'double(int): double': (value: bigint) => Number(value),
  'double(uint): double': ({ value }: Uint) => Number(value),
  'double(string): double': doubleOfText,
  'string(string): string': same,
  'string(bool): string': textOf,
  'string(int): string': textOf,
  'string(uint): string': textOf,
  'string(double): string': textOf,
  'string(bytes): string': textOfBytes,
  'string(timestamp): string': textOf,
  'string(duration): string': textOf,
  'bytes(string): bytes': (text: string) => Buffer.from(text, 'utf8'),
  'bytes(bytes): bytes': same,
  'size(bytes): int': (bytes: Uint8Array) => BigInt(bytes.length),
  'bytes.size(): int': (bytes: Uint8Array) => BigInt(bytes.length),
  'timestamp(timestamp): timestamp': same,
  'timestamp(string): timestamp': timestampFromText,
  'timestamp(int): timestamp': timestampFromSeconds,
  'duration(duration): duration': same,
  'duration(string): duration': durationFromText,
  'type(T): type': (value: unknown) => new TypeValue(kindOf(value)),
  'dyn(T): dyn': same,
})
