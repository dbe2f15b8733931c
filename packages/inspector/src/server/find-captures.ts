import type { Filter } from '../filter/filter.ts'
import { matchesFilter } from '../filter/matches-filter.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import type { Capture } from '../store/capture.ts'
import { summaryOf } from '../view/summary.ts'
import { ApiFailure } from './api-error.ts'

/** How much of each body a search for text looks at. */
const MAX_SEARCHED_BYTES = 256 * 1024

/** Throws 400 with the place of what is wrong. */
export function filterFrom(text: string | undefined): Filter | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const parsed = parseFilter(text)
  if ('filter' in parsed) return parsed.filter
  const { message, start, end } = parsed.problem
  throw new ApiFailure('badRequest', { err: `filter: ${message}`, start, end })
}

export function isMatch(filter: Filter | undefined, capture: Capture): boolean {
  if (!filter) return true
  return matchesFilter(filter, {
    summary: summaryOf(capture),
    headerValues: (name) => headerValues(capture, name),
    containsText: (words) => containsText(capture, words),
  })
}

function headerValues({ requestHead, responseHead }: Capture, name: string): string[] {
  const values: string[] = []
  for (const { headers } of [requestHead, responseHead].filter((head) => head !== undefined)) {
    for (let at = 0; at < headers.length; at += 2) {
      if ((headers[at] as string).toLowerCase() === name) values.push(headers[at + 1] as string)
    }
  }
  return values
}

/** In headers, trailers and the beginning of bodies, as they are on the wire: what is compressed is not searched. */
function containsText(capture: Capture, words: string): boolean {
  const { requestHead, responseHead, requestTrailers, responseTrailers } = capture
  for (const list of [requestHead?.headers, responseHead?.headers, requestTrailers, responseTrailers]) {
    if (list?.some((text) => text.toLowerCase().includes(words))) return true
  }
  if (capture.bodiesHeld) return false
  // Reading bytes as UTF-8 takes several times as long; ASCII is the same in both.
  const encoding = /[^\p{ASCII}]/u.test(words) ? 'utf8' : 'latin1'
  return [capture.requestBody, capture.responseBody].some(
    (body) =>
      body.storedBytes >= words.length &&
      body.read(0, MAX_SEARCHED_BYTES).toString(encoding).toLowerCase().includes(words),
  )
}
