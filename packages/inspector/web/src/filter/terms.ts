import { parseFilter } from '../../../src/filter.ts'

/** The terms of a filter as they are written; undefined where the text is no filter. */
export function termTexts(filter: string): string[] | undefined {
  const parsed = parseFilter(filter)
  if ('problem' in parsed) return undefined
  return parsed.filter.terms.map(({ start, end }) => filter.slice(start, end))
}

export const isFilter = (text: string): boolean => 'filter' in parseFilter(text)

/** A filter of these terms. */
export const joined = (terms: readonly string[]): string =>
  terms
    .filter((term) => term.trim() !== '')
    .join(' ')
    .trim()

/** The same condition the other way round. */
export function negated(term: string): string {
  return /^[-!]/.test(term) ? term.slice(1) : `-${term}`
}
