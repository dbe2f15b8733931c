import type { CaptureSummary } from '../contract/summary.ts'
import type { FilterFlag, NumberField, TextField } from './fields.ts'
import type { Filter, FilterTerm, FilterTest } from './filter.ts'
import { matchesGlob } from './glob.ts'

/** What a filter is held against: a summary, and what only the owner of the whole capture can look up. */
export interface FilterSubject {
  summary: CaptureSummary
  /** Values of that header in request and response; the name is in lower case. */
  headerValues?(name: string): readonly string[]
  /** Whether the text of the capture, bodies included, holds `words`, which are in lower case. */
  containsText?(words: string): boolean
}

/** Whether every term holds. Without `headerValues` and `containsText` a subject has no headers, and no text but its summary's. */
export function matchesFilter(filter: Filter, subject: FilterSubject): boolean {
  return filter.terms.every((term) => holds(term, subject) !== term.negated)
}

/** Whether summaries are not enough: the filter looks at headers or at text. */
export function needsWholeCapture(filter: Filter): boolean {
  return filter.terms.some(({ field }) => field === 'header' || field === 'text')
}

function holds(term: FilterTerm, subject: FilterSubject): boolean {
  const { field, test } = term
  const { summary } = subject
  if (test.type === 'flag') return test.flags.some((flag) => hasFlag(summary, flag))
  if (field === 'text') return containsText(test, subject)
  if (field === 'header') {
    const values = subject.headerValues?.(term.header ?? '') ?? []
    return values.some((value) => textHolds(test, value))
  }
  if (field === 'is') return false
  if (isTextField(field)) return textHolds(test, textOf(summary, field))
  const value = numberOf(summary, field)
  if (value === null) return false
  return test.type === 'range'
    ? test.ranges.some(({ min, max }) => value >= min && value <= max)
    : textHolds(test, String(value))
}

function textHolds(test: FilterTest, value: string): boolean {
  const text = value.toLowerCase()
  if (test.type === 'contains') return test.values.some((one) => text.includes(one))
  if (test.type === 'equals') return test.values.includes(text)
  if (test.type === 'glob') return test.values.some((one) => matchesGlob(one, text))
  return false
}

function containsText(test: FilterTest, { summary, containsText }: FilterSubject): boolean {
  if (test.type !== 'contains' && test.type !== 'equals' && test.type !== 'glob') return false
  const row = `${summary.method} ${summary.host}${summary.path} ${summary.status ?? ''} ${summary.reason}`.toLowerCase()
  return test.values.some((words) => row.includes(words) || (containsText?.(words) ?? false))
}

function isTextField(field: TextField | NumberField): field is TextField {
  return !(field in numbers)
}

function textOf(summary: CaptureSummary, field: TextField): string {
  if (field === 'type') return summary.contentType
  if (field === 'ip') return summary.remoteAddress
  if (field === 'failure') return summary.failure ?? ''
  return summary[field]
}

const numbers: Record<NumberField, (summary: CaptureSummary) => number | null> = {
  status: (summary) => summary.status,
  size: (summary) => summary.responseBytes,
  'request-size': (summary) => summary.requestBytes,
  duration: (summary) => summary.durationMs,
  messages: (summary) => summary.messageCount,
}

function numberOf(summary: CaptureSummary, field: NumberField): number | null {
  return numbers[field](summary)
}

function hasFlag(summary: CaptureSummary, flag: FilterFlag): boolean {
  if (flag === 'open' || flag === 'failed') return summary.state === flag
  if (flag === 'replay') return summary.replayOf !== null
  return summary[flag]
}
