import { CR, FIELD_VALUE, isDigit, LF, SP, skip } from './bytes.ts'
import { HttpError, showByte } from './errors.ts'
import type { HttpLimits } from './limits.ts'

const VERSION = 'HTTP/1.'
const STATUS_START = 9
const STATUS_END = 12

/**
 * Finds the parts of `HTTP/1.x SP status [SP reason] CRLF`, over any chunking. Offsets count from the head's first byte.
 * The space before an empty reason may be missing: servers forget it and nothing is ambiguous without it.
 */
export class StatusLine {
  status = 0
  minorVersion: 0 | 1 = 1
  readonly reasonStart = STATUS_END + 1
  reasonEnd = -1
  done = false
  readonly #limits: HttpLimits

  constructor(limits: HttpLimits) {
    this.#limits = limits
  }

  reset(): void {
    this.status = 0
    this.reasonEnd = -1
    this.done = false
  }

  tooLong(): HttpError {
    return new HttpError('ERR_HTTP_HEAD_TOO_LARGE', `status line exceeds maxHeadBytes ${this.#limits.maxHeadBytes}`)
  }

  scan(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = from
    while (at < end && at - base <= STATUS_END && this.reasonEnd < 0) {
      this.#takePrefix(bytes[at]!, at - base)
      at++
    }
    if (this.reasonEnd < 0) {
      at = skip(FIELD_VALUE, bytes, at, end)
      if (at === end) return at
      if (bytes[at] === LF) throw new HttpError('ERR_HTTP_LINE_END', 'the status line ends with LF without CR')
      if (bytes[at] !== CR) throw lineError(bytes[at])
      this.reasonEnd = at - base
      at++
    }
    if (at === end) return at
    if (bytes[at] !== LF) throw new HttpError('ERR_HTTP_LINE_END', `CR is followed by ${showByte(bytes[at])}, not LF`)
    this.done = true
    return at + 1
  }

  #takePrefix(byte: number, index: number): void {
    if (index < VERSION.length) {
      if (byte !== VERSION.charCodeAt(index)) throw lineError(byte)
    } else if (index === VERSION.length) {
      if (byte !== 0x30 && byte !== 0x31) throw lineError(byte)
      this.minorVersion = byte === 0x30 ? 0 : 1
    } else if (index < STATUS_START) {
      if (byte !== SP) throw lineError(byte)
    } else if (index < STATUS_END) {
      if (!isDigit(byte)) throw lineError(byte)
      this.status = this.status * 10 + byte - 0x30
      if (index === STATUS_END - 1) assertStatus(this.status)
    } else if (byte === CR) {
      this.reasonEnd = STATUS_END
    } else if (byte !== SP) {
      throw lineError(byte)
    }
  }
}

function assertStatus(status: number): void {
  if (status < 100 || status > 599)
    throw new HttpError('ERR_HTTP_STATUS_LINE', `status ${status} is not from 100 to 599`)
}

function lineError(byte: number | undefined): HttpError {
  return new HttpError('ERR_HTTP_STATUS_LINE', `byte ${showByte(byte)} in the status line`)
}
