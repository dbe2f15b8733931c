const TABLE_32 = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

/** CRC-32 of IEEE 802.3, big-endian. */
export function crc32(bytes: Uint8Array): Buffer {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = TABLE_32[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE((crc ^ 0xffff_ffff) >>> 0)
  return digest
}

/** The high halves: of the reversed ISO polynomial 0xd8000000_00000000 only these are set, so the low half only shifts. */
const TABLE_64_HIGH = Uint32Array.from({ length: 256 }, (_, index) => {
  let high = 0
  let low = index
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1
    low = (low >>> 1) | ((high & 1) << 31)
    high = carry ? (high >>> 1) ^ 0xd800_0000 : high >>> 1
  }
  return high
})

/** CRC-64 of ISO 3309, as Go's `crc64.ISO`, big-endian. */
export function crc64(bytes: Uint8Array): Buffer {
  let high = 0xffff_ffff
  let low = 0xffff_ffff
  for (const byte of bytes) {
    const entry = TABLE_64_HIGH[(low ^ byte) & 0xff]!
    low = (low >>> 8) | ((high & 0xff) << 24)
    high = (high >>> 8) ^ entry
  }
  const digest = Buffer.alloc(8)
  digest.writeUInt32BE((high ^ 0xffff_ffff) >>> 0, 0)
  digest.writeUInt32BE((low ^ 0xffff_ffff) >>> 0, 4)
  return digest
}
