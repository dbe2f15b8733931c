const MASK = 0xffff_ffff_ffff_ffffn
const P1 = 0x9e37_79b1_85eb_ca87n
const P2 = 0xc2b2_ae3d_27d4_eb4fn
const P3 = 0x1656_67b1_9e37_79f9n
const P4 = 0x85eb_ca77_c2b2_ae63n
const P5 = 0x27d4_eb2f_1656_67c5n

const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK
const times = (one: bigint, other: bigint): bigint => (one * other) & MASK
const round = (lane: bigint, input: bigint): bigint => times(rotate((lane + times(input, P2)) & MASK, 31n), P1)
const merge = (hash: bigint, lane: bigint): bigint => (times(hash ^ round(0n, lane), P1) + P4) & MASK

/** XXH64 with seed 0, big-endian. @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
export function xxhash64(bytes: Buffer): Buffer {
  let at = 0
  let hash = P5
  if (bytes.length >= 32) {
    let lanes: [bigint, bigint, bigint, bigint] = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK]
    for (; at + 32 <= bytes.length; at += 32) {
      const read = (lane: number) => round(lanes[lane]!, bytes.readBigUInt64LE(at + lane * 8))
      lanes = [read(0), read(1), read(2), read(3)]
    }
    const [one, two, three, four] = lanes
    hash = (rotate(one, 1n) + rotate(two, 7n) + rotate(three, 12n) + rotate(four, 18n)) & MASK
    for (const lane of lanes) hash = merge(hash, lane)
  }
  hash = (hash + BigInt(bytes.length)) & MASK
  for (; at + 8 <= bytes.length; at += 8)
    hash = (times(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), P1) + P4) & MASK
  if (at + 4 <= bytes.length) {
    hash = (times(rotate(hash ^ times(BigInt(bytes.readUInt32LE(at)), P1), 23n), P2) + P3) & MASK
    at += 4
  }
  for (; at < bytes.length; at++) hash = times(rotate(hash ^ times(BigInt(bytes[at]!), P5), 11n), P1)
  hash = times(hash ^ (hash >> 33n), P2)
  hash = times(hash ^ (hash >> 29n), P3)
  hash ^= hash >> 32n
  const digest = Buffer.alloc(8)
  digest.writeBigUInt64BE(hash)
  return digest
}
