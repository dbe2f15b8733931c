import { type FilterField, filterFieldFrom, filterFlags, isNumberField } from './fields.ts'
import type { Filter, FilterProblem, FilterTerm, FilterTest } from './filter.ts'
import { type Comparison, comparedRange, expectedNumber, numberRangeFrom } from './numbers.ts'
import { type FilterOperator, FilterScanner, type ScannedValue } from './scanner.ts'

/** Characters of a filter and terms in it, at most. */
export const filterLimits = { maxFilterLength: 4096, maxTerms: 32 }

/**
 * Reads a filter: terms, all of which have to hold, with spaces between them.
 *
 *     status:5xx -path:/health* method:post,put duration>500ms header.x-shop:acme is:failed "order 42"
 *
 * `:` finds text anywhere in a field, or a number, class or range; `=` the whole; `<` `<=` `>` `>=` compare numbers; `*` makes a pattern of the
 * whole field. Several values with commas: one is enough. `!` or `-` in front, or `!=`, negates. A word alone is looked for in the text of
 * the capture. The words `match` and `!match` look in the field as it is written: `StatusCode !match 20`.
 *
 * Throws nothing: what is wrong comes back with its place.
 */
export function parseFilter(text: string): { filter: Filter } | { problem: FilterProblem } {
  if (text.length > filterLimits.maxFilterLength) {
    const message = `filter of ${text.length} characters exceeds ${filterLimits.maxFilterLength}`
    return { problem: { message, start: filterLimits.maxFilterLength, end: text.length } }
  }
  const scanner = new FilterScanner(text)
  const terms: FilterTerm[] = []
  while (!scanner.done) {
    const term = nextTerm(scanner)
    if ('message' in term) return { problem: term }
    if (terms.push(term) > filterLimits.maxTerms) {
      return { problem: { message: `more than ${filterLimits.maxTerms} terms`, start: term.start, end: term.end } }
    }
    scanner.skipSpaces()
  }
  return { filter: { terms } }
}

function nextTerm(scanner: FilterScanner): FilterTerm | FilterProblem {
  const start = scanner.at
  const negated = scanner.negation()
  const field = fieldTerm(scanner, start, negated)
  if (field) return field
  const value = scanner.value()
  if (!value) return { message: 'the quote is not closed', start: scanner.at, end: scanner.text.length }
  const word = value.quoted ? value.values[0] : scanner.text.slice(value.start, value.end)
  return { start, end: value.end, negated, field: 'text', test: { type: 'contains', values: [lower(word ?? '')] } }
}

/** `undefined`: not a field with an operator, so a word. */
function fieldTerm(scanner: FilterScanner, start: number, negated: boolean): FilterTerm | FilterProblem | undefined {
  const nameAt = scanner.at
  const name = scanner.name()
  if (name === undefined) return undefined
  const known = filterFieldFrom(name)
  const operator = scanner.operator(known !== undefined)
  if (operator === undefined) {
    scanner.at = nameAt
    return undefined
  }
  if (!known) return { message: `unknown field "${name}"`, start: nameAt, end: nameAt + name.length }
  const valueAt = scanner.at
  const value = scanner.value()
  if (!value?.values.length) {
    const unclosed = scanner.text[valueAt] === '"'
    const message = unclosed ? 'the quote is not closed' : `a value is missing after "${name}"`
    return { message, start: unclosed ? valueAt : nameAt, end: scanner.text.length }
  }
  const test = testFrom(known.field, operator, value)
  if ('message' in test) return test
  return { start, end: value.end, negated: negated !== operator.startsWith('!'), ...known, test }
}

function testFrom(field: FilterField, operator: FilterOperator, value: ScannedValue): FilterTest | FilterProblem {
  const { values, quoted, start, end } = value
  const problem = (message: string): FilterProblem => ({ message, start, end })
  const literal = operator === 'match' || operator === '!match'
  if (field === 'is') {
    const flags = values.map((one) => filterFlags.find((flag) => flag === lower(one)))
    const known = flags.filter((flag) => flag !== undefined)
    if (known.length === flags.length) return { type: 'flag', flags: known }
    return problem(`expected one of ${filterFlags.join(', ')}`)
  }
  if (isNumberField(field) && !literal) {
    const ranges = values.map((one) => numberRangeFrom(field, one))
    const known = ranges.filter((range) => range !== undefined)
    if (known.length < ranges.length) return problem(`expected ${expectedNumber(field)}`)
    return { type: 'range', ranges: known.map((range) => comparedRange(comparisonOf(operator), range)) }
  }
  if (/^[<>]/.test(operator)) return problem(`"${operator}" compares numbers, and ${field} is text`)
  const words = values.map(lower)
  if (!quoted && !literal && words.some((word) => word.includes('*'))) {
    return { type: 'glob', values: words }
  }
  return { type: operator === '=' || operator === '!=' ? 'equals' : 'contains', values: words }
}

function comparisonOf(operator: FilterOperator): Comparison {
  return operator === '<' || operator === '<=' || operator === '>' || operator === '>=' ? operator : '='
}

const lower = (text: string) => text.toLowerCase()
