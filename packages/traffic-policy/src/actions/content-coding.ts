import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib'
import type { HeaderList } from '@tunnel/http'
import { ActionError } from './action-error.ts'
import { fieldValues, withoutFields } from './header-fields.ts'

type Decode = (body: Buffer, options: ZlibOptions) => Promise<Buffer>

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, ZlibOptions, Buffer>(inflate)],
  ['br', promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)],
])

/** Fields that describe a coded body, and are untrue of another one. */
const OF_THE_CODING: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
])

/** The codings of a body in the order in which they were applied, in lower case, without `identity`. */
export function contentCodings(headers: HeaderList): string[] {
  return fieldValues(headers, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
}

export function areDecodable(codings: readonly string[]): boolean {
  return codings.length <= 2 && codings.every((coding) => DECODERS.has(coding))
}

/**
 * Undoes the codings of a whole body.
 *
 * @throws ActionError `ERR_TUNNEL_3903` if the body is not what its coding says, or is larger than `maxBytes` when decoded.
 */
export async function decodeBody(body: Buffer, codings: readonly string[], maxBytes: number): Promise<Buffer> {
  let decoded = body
  for (const coding of codings.toReversed()) {
    try {
      decoded = await DECODERS.get(coding)!(decoded, { maxOutputLength: maxBytes })
    } catch (error) {
      throw new ActionError('ERR_TUNNEL_3903', `body is not ${coding} of at most ${maxBytes} bytes`, { cause: error })
    }
  }
  return decoded
}

/** The fields of a body that was changed: identity-coded, without digests, its `ETag` gone since it names other bytes. */
export function headersOfChangedBody(headers: HeaderList): HeaderList {
  return withoutFields(headers, new Set([...OF_THE_CODING, 'etag', 'accept-ranges']))
}
