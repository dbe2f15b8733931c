import type { HeaderList } from '@tunnel/http'
import { createBodyBuffer, MAX_BODY_BYTES } from './body-buffer.ts'
import { areDecodable, contentCodings, decodeBody, headersOfChangedBody } from './content-coding.ts'
import { compileRegex, type Regex } from './regex.ts'
import { replaceAllInTurns } from './replace.ts'
import type { SearchLimits } from './search-limits.ts'

/** One replacement, its fields interpolated. */
export interface BodyReplacement {
  /** RE2 */
  from: Regex
  /** With `$1` and so on; empty deletes. */
  to: string
}

export interface ReplacementResult {
  replacement_index: number
  matched_content: string
}

export interface BodyFindReplaceOptions extends SearchLimits {
  /**
   * The most bytes that are held of the body as it comes, decoded, and replaced.
   *
   * @default 10 MiB
   */
  maxBodyBytes?: number
}

export interface ReplacedBody {
  body: Buffer
  /** The head's fields, changed where the body was: the length if one was given, no coding, no digests. */
  headers: HeaderList
  results: { replacements: ReplacementResult[] }
}

export interface BodyFindReplace {
  /** @throws ActionError `ERR_TUNNEL_3903` if the body is too large. */
  write(chunk: Buffer): void
  /**
   * The body as a whole. It is as it came if nothing matches, if it is empty, or in a coding that is not known.
   *
   * @throws ActionError `ERR_TUNNEL_3903` if it cannot be decoded, `ERR_TUNNEL_3904` if the replacements make it too large or are too much work.
   */
  end(): Promise<ReplacedBody>
}

/**
 * @throws ActionError `ERR_TUNNEL_3901` if `from` is no regular expression.
 */
export function compileReplacement(from: string, to: string): BodyReplacement {
  return { from: compileRegex(from, 'ERR_TUNNEL_3901'), to }
}

/**
 * Replaces in a body that it holds as a whole; each replacement works on what the one before made. Bytes that are no UTF-8 stay.
 *
 * @param headers Of the request or response whose body it is.
 * @see Reference §4.19
 */
export function createBodyFindReplace(
  headers: HeaderList,
  replacements: readonly BodyReplacement[],
  { maxBodyBytes = MAX_BODY_BYTES, ...limits }: BodyFindReplaceOptions = {},
): BodyFindReplace {
  const buffer = createBodyBuffer(maxBodyBytes)
  return {
    write: (chunk) => buffer.add(chunk),
    async end() {
      const coded = buffer.take()
      const codings = contentCodings(headers)
      if (coded.length === 0 || !areDecodable(codings)) return { body: coded, headers, results: { replacements: [] } }
      const decoded = codings.length === 0 ? coded : await decodeBody(coded, codings, maxBodyBytes)
      const { body, results } = await replaceInTurns(decoded, replacements, { ...limits, maxOutputBytes: maxBodyBytes })
      if (results.length === 0) return { body: coded, headers, results: { replacements: [] } }
      return { body, headers: withLength(headersOfChangedBody(headers), body), results: { replacements: results } }
    },
  }
}

async function replaceInTurns(
  body: Buffer,
  replacements: readonly BodyReplacement[],
  limits: SearchLimits & { maxOutputBytes: number },
) {
  const results: ReplacementResult[] = []
  let replaced = body
  for (const [index, { from, to }] of replacements.entries()) {
    const options = { ...limits, regex: from, to, code: 'ERR_TUNNEL_3904' } as const
    const { output, matches } = await replaceAllInTurns(replaced, options)
    replaced = output
    for (const match of matches) results.push({ replacement_index: index, matched_content: match })
  }
  return { body: replaced, results }
}

/** A body that came chunked stays so. */
function withLength(headers: HeaderList, body: Buffer): HeaderList {
  return headers.map((text, at) =>
    at % 2 === 1 && headers[at - 1]!.toLowerCase() === 'content-length' ? String(body.length) : text,
  )
}
