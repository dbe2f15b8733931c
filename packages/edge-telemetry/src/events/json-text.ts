import { MAX_VALUE_LENGTH } from './event-settings.ts'

/** What JSON writes otherwise than as it is, and what is no ASCII. */
const SPECIAL = /["\\]|[^ -~]/
const NO_ASCII = /[^\0-\x7f]/

/** Whether it is the same in JSON, and short enough. */
export const isPlain = (value: string): boolean => value.length <= MAX_VALUE_LENGTH && !SPECIAL.test(value)

export const isAscii = (text: string): boolean => !NO_ASCII.test(text)

/** Strings of strangers as JSON, cut where they are long. Notes whether all of it was ASCII, which is written in half the time. */
export class JsonTexts {
  isAscii = true

  of(value: string): string {
    if (isPlain(value)) return `"${value}"`
    const text = escaped(value)
    if (!isAscii(text)) this.isAscii = false
    return text
  }
}

const escaped = (value: string): string => JSON.stringify(value.slice(0, MAX_VALUE_LENGTH))
