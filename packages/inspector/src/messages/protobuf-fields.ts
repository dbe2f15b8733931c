import { isUtf8 } from 'node:buffer'
import type { ProtobufField } from '../contract/messages.ts'

const MAX_DEPTH = 16
const MAX_FIELDS = 1000
const MAX_VALUE_BYTES = 1024

/** The fields of a protobuf message, without its schema; `undefined` if the bytes are none. Bytes may be text, a message, or both: both are told. */
export function protobufFields(bytes: Buffer): ProtobufField[] | undefined {
  return new FieldReader().read(bytes, 0)
}

class FieldReader {
  #count = 0

  read(bytes: Buffer, depth: number): ProtobufField[] | undefined {
    const fields: ProtobufField[] = []
    let at = 0
    while (at < bytes.length) {
      if (++this.#count > MAX_FIELDS) return undefined
      const key = readVarint(bytes, at)
      if (!key || key.value >> 3n === 0n || key.value > 0xffff_ffffn) return undefined
      const number = Number(key.value >> 3n)
      const field = this.#value(bytes, key.end, number, Number(key.value & 7n), depth)
      if (!field) return undefined
      fields.push(field.field)
      at = field.end
    }
    return fields
  }

  #value(
    bytes: Buffer,
    at: number,
    number: number,
    wireType: number,
    depth: number,
  ): { field: ProtobufField; end: number } | undefined {
    if (wireType === 0) {
      const varint = readVarint(bytes, at)
      return varint && { field: { number, wireType: 'varint', value: String(varint.value) }, end: varint.end }
    }
    if (wireType === 1 && at + 8 <= bytes.length) {
      return { field: { number, wireType: 'fixed64', value: String(bytes.readBigUInt64LE(at)) }, end: at + 8 }
    }
    if (wireType === 5 && at + 4 <= bytes.length) {
      return { field: { number, wireType: 'fixed32', value: String(bytes.readUInt32LE(at)) }, end: at + 4 }
    }
    if (wireType !== 2) return undefined
    const length = readVarint(bytes, at)
    if (!length || length.value > BigInt(bytes.length - length.end)) return undefined
    const end = length.end + Number(length.value)
    const inner = bytes.subarray(length.end, end)
    const fields = inner.length > 0 && depth < MAX_DEPTH ? this.read(inner, depth + 1) : undefined
    return { field: { number, wireType: 'bytes', value: shown(inner), ...(fields && { fields }) }, end }
  }
}

function shown(bytes: Buffer): string {
  const beginning = bytes.subarray(0, MAX_VALUE_BYTES)
  return isUtf8(beginning) ? beginning.toString() : beginning.toString('base64')
}

function readVarint(bytes: Buffer, from: number): { value: bigint; end: number } | undefined {
  let value = 0n
  for (let at = from; at < bytes.length && at < from + 10; at++) {
    const byte = bytes[at] as number
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from))
    if (byte < 0x80) return { value, end: at + 1 }
  }
  return undefined
}
