import { CR, isDigit, LF, SP, skip, TARGET, TOKEN } from './bytes.ts'
import { HttpError, showByte } from './errors.ts'
import type { HttpLimits } from './limits.ts'

const VERSION = 'HTTP/1.'

/** Finds the parts of `method SP target SP HTTP/1.x CRLF`, over any chunking. Offsets count from the head's first byte. */
export class RequestLine {
  methodEnd = -1
  targetEnd = -1
  minorVersion: 0 | 1 = 1
  done = false
  readonly #limits: HttpLimits

  constructor(limits: HttpLimits) {
    this.#limits = limits
  }

  reset(): void {
    this.methodEnd = -1
    this.targetEnd = -1
    this.done = false
  }

  tooLong(): HttpError {
    return new HttpError('ERR_HTTP_TARGET_TOO_LONG', `request line exceeds maxHeadBytes ${this.#limits.maxHeadBytes}`)
  }

  scan(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = from
    if (this.methodEnd < 0) at = this.#scanMethod(bytes, base, at, end)
    if (this.methodEnd >= 0 && this.targetEnd < 0) at = this.#scanTarget(bytes, base, at, end)
    if (this.targetEnd >= 0) at = this.#scanVersion(bytes, base, at, end)
    return at
  }

  #scanMethod(bytes: Uint8Array, base: number, from: number, end: number): number {
    const { maxMethodBytes } = this.#limits
    const at = skip(TOKEN, bytes, from, end)
    if (at - base > maxMethodBytes) {
      throw new HttpError('ERR_HTTP_METHOD_TOO_LONG', `method exceeds maxMethodBytes ${maxMethodBytes}`)
    }
    if (at === end) return at
    if (bytes[at] !== SP || at === base)
      throw new HttpError('ERR_HTTP_METHOD', `byte ${showByte(bytes[at])} in the method`)
    this.methodEnd = at - base
    return at + 1
  }

  #scanTarget(bytes: Uint8Array, base: number, from: number, end: number): number {
    const { maxTargetBytes } = this.#limits
    const start = base + this.methodEnd + 1
    const at = skip(TARGET, bytes, from, end)
    if (at - start > maxTargetBytes) {
      throw new HttpError('ERR_HTTP_TARGET_TOO_LONG', `request target exceeds maxTargetBytes ${maxTargetBytes}`)
    }
    if (at === end) return at
    const byte = bytes[at]
    if (byte === CR && at > start) throw new HttpError('ERR_HTTP_VERSION', 'HTTP/0.9 is not supported')
    if (byte !== SP || at === start)
      throw new HttpError('ERR_HTTP_TARGET', `byte ${showByte(byte)} in the request target`)
    this.targetEnd = at - base
    return at + 1
  }

  #scanVersion(bytes: Uint8Array, base: number, from: number, end: number): number {
    const start = base + this.targetEnd + 1
    for (let at = from; at < end; at++) {
      const byte = bytes[at]!
      const index = at - start
      if (index < VERSION.length) {
        if (byte !== VERSION.charCodeAt(index)) throw versionError(byte, index === VERSION.length - 2)
      } else if (index === VERSION.length) {
        if (byte !== 0x30 && byte !== 0x31) throw versionError(byte, true)
        this.minorVersion = byte === 0x30 ? 0 : 1
      } else if (index === VERSION.length + 1) {
        if (byte === LF) throw new HttpError('ERR_HTTP_LINE_END', 'the request line ends with LF without CR')
        if (byte !== CR) throw versionError(byte, false)
      } else {
        if (byte !== LF) throw new HttpError('ERR_HTTP_LINE_END', `CR is followed by ${showByte(byte)}, not LF`)
        this.done = true
        return at + 1
      }
    }
    return end
  }
}

function versionError(byte: number, atDigit: boolean): HttpError {
  if (atDigit && isDigit(byte)) return new HttpError('ERR_HTTP_VERSION', 'only HTTP/1.0 and HTTP/1.1 are supported')
  return new HttpError('ERR_HTTP_REQUEST_LINE', `byte ${showByte(byte)} where the request line has its version`)
}
