import { Http2Error } from './errors.ts'

/** `section`: of RFC 9113. */
export function violation(message: string, section: string): Http2Error {
  return new Http2Error('PROTOCOL_ERROR', `${message} (RFC 9113 ${section})`)
}

export function assertLength(name: string, length: number, isRight: boolean): void {
  if (!isRight) throw new Http2Error('FRAME_SIZE_ERROR', `${name} of ${length} bytes (RFC 9113 §6)`)
}
