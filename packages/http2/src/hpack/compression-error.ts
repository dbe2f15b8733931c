import { Http2Error } from '../errors.ts'

/** The tables of both sides no longer agree: the connection is over (RFC 9113 §4.3). */
export function compressionError(message: string): Http2Error {
  return new Http2Error('COMPRESSION_ERROR', message)
}
