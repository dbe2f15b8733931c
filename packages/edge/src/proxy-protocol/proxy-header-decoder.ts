import { parseV1 } from './parse-v1.ts'
import { parseV2, V2_SIGNATURE } from './parse-v2.ts'
import { type ProxyHeader, ProxyHeaderError } from './proxy-header.ts'

const V1_START = Buffer.from('PROXY ', 'latin1')

/**
 * Finds the PROXY protocol header, of either version, in the first bytes of a connection, over any chunking.
 * `write` answers `undefined` until the header is whole, then the header and the bytes after it. Throws {@link ProxyHeaderError}, at the first byte that
 * tells. Holds no more than the larger of the two headers' limits and the last chunk.
 */
export class ProxyHeaderDecoder {
  #bytes: Buffer = Buffer.alloc(0)

  write(chunk: Buffer): { header: ProxyHeader; rest: Buffer } | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const found = this.#parse()
    return found && { header: found.header, rest: this.#bytes.subarray(found.length) }
  }

  #parse(): { header: ProxyHeader; length: number } | undefined {
    if (startsAs(this.#bytes, V1_START)) return parseV1(this.#bytes)
    if (startsAs(this.#bytes, V2_SIGNATURE)) return parseV2(this.#bytes)
    throw new ProxyHeaderError('the connection does not begin with a PROXY protocol header')
  }
}

/** Whether `bytes` begin with `start`, or can still come to. */
function startsAs(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}
