/** One frame of RFC 6455 §5.2, unmasked. */
export interface WebSocketFrame {
  fin: boolean
  compressed: boolean
  opcode: number
  payload: Buffer
  /** Offset behind its last byte. */
  end: number
}

/** The frames in `bytes`, until they end or are none. What is cut in the middle is not among them. */
export function readFrames(bytes: Buffer, maxFrames: number): { frames: WebSocketFrame[]; problem: string | null } {
  const frames: WebSocketFrame[] = []
  let at = 0
  while (at < bytes.length && frames.length < maxFrames) {
    const frame = readFrame(bytes, at)
    if (typeof frame === 'string') return { frames, problem: frame === '' ? null : `at byte ${at}: ${frame}` }
    frames.push(frame)
    at = frame.end
  }
  return { frames, problem: at < bytes.length ? `only the first ${maxFrames} frames are read` : null }
}

/** Empty text: the frame is not whole. */
function readFrame(bytes: Buffer, at: number): WebSocketFrame | string {
  if (bytes.length - at < 2) return ''
  const [first, second] = [bytes[at] as number, bytes[at + 1] as number]
  const opcode = first & 0x0f
  if ((first & 0x30) !== 0) return 'reserved bits are set'
  if (opcode > 10 || (opcode > 2 && opcode < 8)) return `opcode ${opcode} is unknown`
  const { length, next } = frameLength(bytes, at + 2, second & 0x7f)
  if (next > bytes.length) return ''
  if (opcode > 7 && length > 125) return `a control frame of ${length} bytes`
  const isMasked = (second & 0x80) !== 0
  const start = next + (isMasked ? 4 : 0)
  const end = start + length
  if (end > bytes.length) return ''
  const raw = bytes.subarray(start, end)
  return {
    fin: (first & 0x80) !== 0,
    compressed: (first & 0x40) !== 0,
    opcode,
    payload: isMasked ? unmask(raw, bytes.subarray(next, next + 4)) : raw,
    end,
  }
}

function frameLength(bytes: Buffer, at: number, short: number): { length: number; next: number } {
  if (short < 126) return { length: short, next: at }
  const size = short === 126 ? 2 : 8
  if (at + size > bytes.length) return { length: 0, next: Number.POSITIVE_INFINITY }
  const length = size === 2 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at))
  return { length, next: at + size }
}

function unmask(raw: Buffer, key: Buffer): Buffer {
  const plain = Buffer.allocUnsafe(raw.length)
  for (let at = 0; at < raw.length; at++) plain[at] = (raw[at] as number) ^ (key[at & 3] as number)
  return plain
}
