/** One field of a message, read without its schema: what it could be, the likeliest reading first. */
export interface ProtobufField {
  readonly number: number
  readonly wire: 'varint' | 'fixed64' | 'length' | 'fixed32'
  readonly value: ProtobufValue
}

export type ProtobufValue =
  | { readonly kind: 'number'; readonly text: string; readonly also?: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'message'; readonly fields: readonly ProtobufField[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

/** Messages in messages beyond this depth are shown as bytes. */
export const MAX_PROTOBUF_DEPTH = 24
/** A message of more fields than this is shown as bytes. */
export const MAX_PROTOBUF_FIELDS = 5_000

/** The fields of a message, or undefined where the bytes are none. */
export function protobufFields(bytes: Uint8Array): ProtobufField[] | undefined {
  return new Reader({ left: MAX_PROTOBUF_FIELDS }).message(bytes, 0)
}

class Reader {
  readonly #budget: { left: number }

  constructor(budget: { left: number }) {
    this.#budget = budget
  }

  message(bytes: Uint8Array, depth: number): ProtobufField[] | undefined {
    const fields: ProtobufField[] = []
    for (let at = 0; at < bytes.length; ) {
      const read = this.#budget.left-- > 0 ? this.#field(bytes, at, depth) : undefined
      if (!read) return undefined
      fields.push(read.field)
      at = read.end
    }
    return fields
  }

  #field(bytes: Uint8Array, start: number, depth: number): { field: ProtobufField; end: number } | undefined {
    const tag = varint(bytes, start)
    if (!tag || tag.value > 0xffff_ffffn) return undefined
    const number = Number(tag.value >> 3n)
    if (number === 0) return undefined
    switch (Number(tag.value & 7n)) {
      case 0: {
        const read = varint(bytes, tag.end)
        return read && { field: { number, wire: 'varint', value: varintValue(read.value) }, end: read.end }
      }
      case 1:
        return fixed(bytes, tag.end, number, 8)
      case 5:
        return fixed(bytes, tag.end, number, 4)
      case 2: {
        const length = varint(bytes, tag.end)
        if (!length || length.value > BigInt(bytes.length - length.end)) return undefined
        const end = length.end + Number(length.value)
        return {
          field: { number, wire: 'length', value: this.#content(bytes.subarray(length.end, end), depth + 1) },
          end,
        }
      }
      default:
        return undefined
    }
  }

  /** Text that a person would write is text; what else reads as a message is one. */
  #content(bytes: Uint8Array, depth: number): ProtobufValue {
    const text = printable(bytes)
    if (text !== undefined) return { kind: 'string', text }
    const left = this.#budget.left
    const fields = depth < MAX_PROTOBUF_DEPTH ? this.message(bytes, depth) : undefined
    if (fields) return { kind: 'message', fields }
    this.#budget.left = left
    return { kind: 'bytes', bytes }
  }
}

function varint(bytes: Uint8Array, start: number): { value: bigint; end: number } | undefined {
  let value = 0n
  for (let at = start; at < Math.min(start + 10, bytes.length); at++) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start))
    if (byte < 0x80) return value < 1n << 64n ? { value, end: at + 1 } : undefined
  }
  return undefined
}

function varintValue(value: bigint): ProtobufValue {
  const signed = BigInt.asIntN(64, value)
  return { kind: 'number', text: String(value), ...(signed < 0n && { also: String(signed) }) }
}

function fixed(
  bytes: Uint8Array,
  at: number,
  number: number,
  size: 4 | 8,
): { field: ProtobufField; end: number } | undefined {
  if (at + size > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size)
  const whole = size === 4 ? view.getInt32(0, true) : view.getBigInt64(0, true)
  const real = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)
  const value: ProtobufValue = { kind: 'number', text: String(whole), also: String(real) }
  return { field: { number, wire: size === 4 ? 'fixed32' : 'fixed64', value }, end: at + size }
}

function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that text does not hold
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
