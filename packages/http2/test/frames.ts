import { FRAME_HEADER_BYTES, FrameType, PREFACE } from '../src/frame.ts'

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** u24 length, u8 type, u8 flags, u32 stream (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(FRAME_HEADER_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, payload])
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** Literals without indexing and without Huffman (RFC 7541 §6.2.2), so that tests do not lean on the encoder. Lengths stay under 127. */
export function block(...fields: readonly string[]): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value] = [Buffer.from(fields[at]!, 'latin1'), Buffer.from(fields[at + 1]!, 'latin1')]
    pieces.push(Buffer.of(0, name.length), name, Buffer.of(value.length), value)
  }
  return Buffer.concat(pieces)
}

/** `GET /` of `http://a`: RFC 7541 appendix A has all of it but the authority. */
export const GET = Buffer.from([0x82, 0x84, 0x86, 0x01, 1, 0x61])
export const POST = Buffer.from([0x83, 0x84, 0x86, 0x01, 1, 0x61])
export const STATUS_200 = Buffer.of(0x88)

export const settings = (...pairs: readonly [id: number, value: number][]): Buffer =>
  frame(
    FrameType.SETTINGS,
    0,
    0,
    Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.of(0, id), u32(value)]))),
  )
export const settingsAck = frame(FrameType.SETTINGS, 1, 0)
export const get = (stream: number): Buffer => frame(FrameType.HEADERS, 0x5, stream, GET)
export const post = (stream: number): Buffer => frame(FrameType.HEADERS, 0x4, stream, POST)
export const data = (stream: number, payload: Uint8Array | string, endStream = false): Buffer =>
  frame(FrameType.DATA, endStream ? 1 : 0, stream, Buffer.from(payload as string))
export const rst = (stream: number, code = 8): Buffer => frame(FrameType.RST_STREAM, 0, stream, u32(code))
export const windowUpdate = (stream: number, bytes: number): Buffer =>
  frame(FrameType.WINDOW_UPDATE, 0, stream, u32(bytes))
export const ping = (payload = '12345678', ack = false): Buffer =>
  frame(FrameType.PING, ack ? 1 : 0, 0, Buffer.from(payload, 'latin1'))
export const goAway = (code = 0): Buffer => frame(FrameType.GOAWAY, 0, 0, Buffer.concat([u32(0), u32(code)]))

/** What a client begins with, our SETTINGS taken. */
export const greeting = Buffer.concat([PREFACE, settings(), settingsAck])

/** The whole frames in `bytes`. Throws where something is left. */
export function framesIn(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3)
    if (end > bytes.length) throw new Error('an incomplete frame')
    frames.push({
      type: bytes[at + 3]!,
      flags: bytes[at + 4]!,
      stream: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + FRAME_HEADER_BYTES, end),
    })
    at = end
  }
  return frames
}

const NAMES = Object.fromEntries(Object.entries(FrameType).map(([name, type]) => [type, name]))

/** `NAME stream flags length`, and the numbers of short frames: what a test compares. */
export function describeFrame({ type, flags, stream, payload }: Frame): string {
  const name = NAMES[type] ?? `type ${type}`
  if (type === FrameType.RST_STREAM || type === FrameType.WINDOW_UPDATE)
    return `${name} ${stream}: ${payload.readUInt32BE()}`
  if (type === FrameType.GOAWAY) return `GOAWAY after ${payload.readUInt32BE()}: ${payload.readUInt32BE(4)}`
  const notes = [
    flags & 1 ? (type === FrameType.PING || type === FrameType.SETTINGS ? 'ACK' : 'END_STREAM') : '',
    flags & 4 ? 'END_HEADERS' : '',
  ]
  return [name, stream, ...notes.filter(Boolean), payload.length].join(' ')
}
