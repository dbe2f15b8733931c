import type { HeaderList } from '@tunnel/http'
import { parseAcceptEncoding, weightOfCoding } from './accept-encoding.ts'
import { type CompressionAlgorithm, isCompressionAvailable } from './compressor.ts'
import { contentCodings } from './content-coding.ts'
import { fieldValues, firstField, withField, withoutFields } from './header-fields.ts'

export interface CompressResponseConfig {
  /** In order of preference. `compress` is accepted and never chosen. */
  algorithms: readonly string[]
  /**
   * Bodies of a known length below it are not compressed, in bytes.
   *
   * @default 0
   */
  minBytes?: number
  /**
   * Media types that are compressed, in lower case, with a slash at the end for a whole family: `text/`.
   *
   * @default all
   */
  contentTypes?: readonly string[]
}

/** The exchange as it is when the action runs. */
export interface CompressibleExchange {
  method: string
  requestHeaders: HeaderList
  status: number
  responseHeaders: HeaderList
}

export interface CompressionResults {
  already_compressed: boolean
  /** Empty if the response goes as it is. */
  negotiated_algorithm: string
}

export interface CompressionDecision {
  /** What to make the compressor with; `undefined` if the response goes as it is. */
  algorithm: CompressionAlgorithm | undefined
  /** Whether the compressor flushes each write: an event stream, or a body of unknown length, comes bit by bit. */
  flushEachWrite: boolean
  /** The response's fields, changed if it is compressed. */
  headers: HeaderList
  results: CompressionResults
}

/** The order in which equal weights are chosen from. */
export const defaultCompressionAlgorithms: readonly string[] = ['gzip', 'deflate', 'br', 'compress']

const OF_THE_LENGTH: ReadonlySet<string> = new Set([
  'content-length',
  'accept-ranges',
  'content-md5',
  'digest',
  'content-digest',
])

/**
 * Chooses the coding that the visitor weighs highest, if the response can have one at all.
 *
 * @see Reference §7.3, RFC 9110 §12.5.3
 */
export function negotiateCompression(
  config: CompressResponseConfig,
  exchange: CompressibleExchange,
): CompressionDecision {
  const headers = exchange.responseHeaders
  const isCompressed = contentCodings(headers).length > 0
  const algorithm = isCompressed || !isCompressible(config, exchange) ? undefined : chosen(config, exchange)
  const results = { already_compressed: isCompressed, negotiated_algorithm: algorithm ?? '' }
  if (algorithm === undefined) return { algorithm, flushEachWrite: false, headers, results }
  const comesBitByBit = firstField(headers, 'content-length') === undefined
  return { algorithm, flushEachWrite: comesBitByBit, headers: codedHeaders(headers, algorithm), results }
}

function isCompressible(config: CompressResponseConfig, exchange: CompressibleExchange): boolean {
  const { method, status, responseHeaders } = exchange
  if (method === 'HEAD' || status < 200 || status === 204 || status === 206 || status === 304) return false
  if (/(?:^|,)\s*no-transform\s*(?:,|$)/i.test(fieldValues(responseHeaders, 'cache-control').join(','))) return false
  const length = firstField(responseHeaders, 'content-length')
  if (length === '0' || (length !== undefined && Number(length) < (config.minBytes ?? 0))) return false
  return (
    config.contentTypes === undefined || isOfTypes(firstField(responseHeaders, 'content-type'), config.contentTypes)
  )
}

function isOfTypes(contentType: string | undefined, types: readonly string[]): boolean {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return types.some((wanted) => (wanted.endsWith('/') ? type.startsWith(wanted) : type === wanted))
}

function chosen(
  { algorithms }: CompressResponseConfig,
  exchange: CompressibleExchange,
): CompressionAlgorithm | undefined {
  const weights = parseAcceptEncoding(fieldValues(exchange.requestHeaders, 'accept-encoding'))
  let best: CompressionAlgorithm | undefined
  let bestWeight = 0
  for (const algorithm of algorithms) {
    const weight = weightOfCoding(weights, algorithm)
    if (weight <= bestWeight || !isCompressionAvailable(algorithm)) continue
    best = algorithm
    bestWeight = weight
  }
  // Only a weight of its own: `*` or none does not prefer the body as it is.
  return (weights.get('identity') ?? 0) > bestWeight ? undefined : best
}

function codedHeaders(headers: HeaderList, algorithm: string): HeaderList {
  const coded = withField(withoutFields(headers, OF_THE_LENGTH), 'content-encoding', algorithm)
  const etag = firstField(coded, 'etag')
  const weak = etag === undefined || etag.startsWith('W/') ? coded : withField(coded, 'etag', `W/${etag}`)
  return variesBy(weak, 'Accept-Encoding')
}

function variesBy(headers: HeaderList, name: string): HeaderList {
  const members = fieldValues(headers, 'vary').flatMap((value) => value.split(',').map((member) => member.trim()))
  const isNamed = members.some((member) => member === '*' || member.toLowerCase() === name.toLowerCase())
  return isNamed ? headers : withField(headers, 'vary', [...members.filter((member) => member !== ''), name].join(', '))
}
