import { HttpError } from './errors.ts'

/** Everything a stranger can make grow. Each is an integer from 1 to 2^30. */
export interface HttpLimits {
  /**
   * Start line and header fields of one message, with their line ends, in bytes.
   * One more fails with `ERR_HTTP_HEAD_TOO_LARGE` (431), or `ERR_HTTP_TARGET_TOO_LONG` (414) if the request line alone is that long.
   *
   * @default 1_048_576
   */
  maxHeadBytes: number
  /**
   * Fields in one head, and in one trailer section. One more fails with `ERR_HTTP_TOO_MANY_HEADERS` (431).
   *
   * @default 1_000
   */
  maxHeaders: number
  /**
   * Request target in bytes; one more fails with `ERR_HTTP_TARGET_TOO_LONG` (414).
   * As long as a head by default, so that only `maxHeadBytes` bounds it.
   *
   * @default 1_048_576
   */
  maxTargetBytes: number
  /**
   * Method in bytes; one more fails with `ERR_HTTP_METHOD_TOO_LONG` (501). The longest registered one has 17.
   *
   * @default 32
   * @see RFC 9112 §3
   */
  maxMethodBytes: number
  /**
   * Trailer section of one message with its line ends, in bytes; one more fails with `ERR_HTTP_TRAILERS_TOO_LARGE` (431).
   *
   * @default 65_536
   */
  maxTrailerBytes: number
  /**
   * Chunk extensions of one whole body, in bytes; one more fails with `ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE`.
   * They are checked and dropped, so they would cost a sender less than a receiver.
   *
   * @default 16_384
   */
  maxChunkExtensionBytes: number
  /**
   * 1xx responses before the final one; one more fails with `ERR_HTTP_TOO_MANY_INFORMATIONAL`.
   *
   * @default 16
   */
  maxInformational: number
  /**
   * Bytes a decoder holds for a caller that has not called `next()` or `takeRest()`; one more fails with `ERR_HTTP_PIPELINE_TOO_LARGE`.
   * A caller that stops reading while `bufferedBytes` is not 0 never meets it.
   *
   * @default 1_048_576
   */
  maxPipelinedBytes: number
}

export const defaultHttpLimits: Readonly<HttpLimits> = {
  maxHeadBytes: 1_048_576,
  maxHeaders: 1_000,
  maxTargetBytes: 1_048_576,
  maxMethodBytes: 32,
  maxTrailerBytes: 65_536,
  maxChunkExtensionBytes: 16_384,
  maxInformational: 16,
  maxPipelinedBytes: 1_048_576,
}

/** Offsets into a head stay small integers, which is what makes scanning fast. */
const HIGHEST = 2 ** 30

/**
 * Fills in the defaults. Resolve once and pass the result to each decoder: a resolved set is used as it is.
 *
 * @throws HttpError `ERR_HTTP_LIMIT` with the value and the range.
 */
export function resolveHttpLimits(limits: Partial<HttpLimits> = defaultHttpLimits): Readonly<HttpLimits> {
  if (resolved.has(limits)) return limits as HttpLimits
  const merged = { ...defaultHttpLimits }
  for (const name of Object.keys(defaultHttpLimits) as (keyof HttpLimits)[]) {
    const value = limits[name] ?? defaultHttpLimits[name]
    if (!Number.isInteger(value) || value < 1 || value > HIGHEST) {
      throw new HttpError('ERR_HTTP_LIMIT', `${name} ${value} is not an integer from 1 to ${HIGHEST}`)
    }
    merged[name] = value
  }
  resolved.add(merged)
  return Object.freeze(merged)
}

const resolved = new WeakSet<object>([defaultHttpLimits])
Object.freeze(defaultHttpLimits)
