/** Operation codes of RFC 6455 §11.8. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Status codes of RFC 6455 §7.4.1 that the converter sends. */
export const CloseCode = { normal: 1000, goingAway: 1001, protocolError: 1002, internalError: 1011 } as const

/** A control frame holds at most this. RFC 6455 §5.5 */
export const MAX_CONTROL_BYTES = 125

const FIN = 0x80

/** The head of a whole, unmasked message: u8 FIN and opcode + u7 length, and for longer ones u16 or u64 length, big-endian. §5.2 */
export function frameHead(opcode: number, length: number): Buffer {
  if (length <= MAX_CONTROL_BYTES) return Buffer.from([FIN | opcode, length])
  if (length <= 0xffff) {
    const head = Buffer.from([FIN | opcode, 126, 0, 0])
    head.writeUInt16BE(length, 2)
    return head
  }
  const head = Buffer.alloc(10)
  head[0] = FIN | opcode
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

export function controlFrame(opcode: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([frameHead(opcode, payload.length), payload])
}

/** `reason`: 123 bytes of it at most. */
export function closeFrame(code: number, reason = ''): Buffer {
  const payload = Buffer.from(`\0\0${reason}`).subarray(0, MAX_CONTROL_BYTES)
  payload.writeUInt16BE(code)
  return controlFrame(Opcode.close, payload)
}
