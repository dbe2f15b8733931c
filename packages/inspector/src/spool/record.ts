import { crc32 } from 'node:zlib'

/** u32 length of the payload, u32 its CRC-32, big-endian */
export const RECORD_HEAD_BYTES = 8

/** No capture is larger: two bodies and their heads. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024

export function encodeRecord(parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(RECORD_HEAD_BYTES)
  const record = Buffer.concat([head, ...parts])
  const payload = record.subarray(RECORD_HEAD_BYTES)
  record.writeUInt32BE(payload.length, 0)
  record.writeUInt32BE(crc32(payload), 4)
  return record
}

/** The payload of the record at `at`, with the offset behind it; `undefined` where there is no whole and right one. */
export function decodeRecord(bytes: Buffer, at: number): { payload: Buffer; end: number } | undefined {
  if (bytes.length - at < RECORD_HEAD_BYTES) return undefined
  const length = bytes.readUInt32BE(at)
  const start = at + RECORD_HEAD_BYTES
  if (length === 0 || length > MAX_RECORD_BYTES || start + length > bytes.length) return undefined
  const payload = bytes.subarray(start, start + length)
  return crc32(payload) === bytes.readUInt32BE(at + 4) ? { payload, end: start + length } : undefined
}
