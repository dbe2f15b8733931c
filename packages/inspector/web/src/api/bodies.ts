import type { BodyInfo } from '../../../src/contract.ts'
import { request, withQuery } from './request.ts'

/** What is fetched of a body at first. */
export const FIRST_BODY_BYTES = 1_048_576
/** What is fetched of a body at most: the API gives no more at a time. */
export const MAX_BODY_BYTES = 16_777_216

export interface FetchedBody {
  readonly bytes: Uint8Array
  /** There is more in the store. */
  readonly more: boolean
  /** The content coding was undone. */
  readonly decoded: boolean
}

/** The first bytes of a body, its content coding undone where that is asked for and possible. */
export async function fetchBody(
  info: BodyInfo,
  options: { decoded: boolean; length?: number; signal?: AbortSignal },
): Promise<FetchedBody> {
  const { length = FIRST_BODY_BYTES, signal } = options
  const decoded = options.decoded && isCoded(info)
  if (info.storedBytes === 0) return { bytes: new Uint8Array(), more: false, decoded: false }
  const response = await request(
    withQuery(info.uri, { length, decoded: decoded || undefined }),
    signal ? { signal } : {},
  )
  const bytes = new Uint8Array(await response.arrayBuffer())
  const more = decoded ? response.status === 206 && bytes.length >= length : bytes.length < info.storedBytes
  return { bytes, more, decoded }
}

export const isCoded = (info: BodyInfo): boolean => info.contentEncoding !== '' && info.contentEncoding !== 'identity'
