import { MAX_VALUE_LENGTH } from './event-settings.ts'

/** What JSON writes otherwise than as it is, and what is no ASCII. */
const SPECIAL = /["\\]|[^ -~]/

/** A string of a stranger as JSON, cut where it is long. */
export function jsonText(value: string): string {
  const text = value.length > MAX_VALUE_LENGTH ? value.slice(0, MAX_VALUE_LENGTH) : value
  return SPECIAL.test(text) ? JSON.stringify(text) : `"${text}"`
}
