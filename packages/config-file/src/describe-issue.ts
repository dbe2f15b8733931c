import type * as z from 'zod'
import { closest } from './closest.ts'
import { stepInto } from './known-keys.ts'
import { shown } from './shown.ts'

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
}

/** What a schema's name for a type is called in a message. */
export const typeName = (expected: string): string => typeNames[expected] ?? expected

/** What kind of value it is. A text is not repeated: it may be a secret. */
export const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys'
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text'
  return typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}

const countable: Readonly<Record<string, string>> = { string: 'character', array: 'item' }

const sizeOf = (origin: string, input: unknown): string => {
  const unit = countable[origin]
  if (unit === undefined) return `${input} is`
  const { length } = input as { length: number }
  return length === 1 ? `1 ${unit} is` : `${length} ${unit}s are`
}

/** The nearest of the words a setting takes, as the end of a sentence. */
export const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`

/** The one place where a zod issue becomes words. Used as zod's error map, so a schema's own `error` still wins. */
export const describeIssue = (issue: z.core.$ZodRawIssue): string | undefined => {
  const { input } = issue
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.expected === 'int' && typeof input === 'number') return `expected a whole number, got ${input}`
      const quotes = issue.expected === 'string' && ['number', 'boolean'].includes(typeof input)
      return `expected ${typeName(issue.expected)}, got ${kindOf(input)}${quotes ? '; put it in quotes' : ''}`
    }
    case 'invalid_value': {
      const words = issue.values.map(String)
      const choice = words.length === 1 ? words[0] : `one of ${words.join(', ')}`
      const got = ['string', 'number'].includes(typeof input) ? shown(input) : kindOf(input)
      return `expected ${choice}, got ${got}${didYouMean(typeof input === 'string' ? closest(input, words) : undefined)}`
    }
    case 'too_big': {
      const bound = issue.inclusive ? 'more than the maximum' : 'not below'
      return `${sizeOf(issue.origin, input)} ${bound} ${issue.maximum}`
    }
    case 'too_small': {
      if (input === '') return 'must not be empty'
      const bound = issue.inclusive ? 'less than the minimum' : 'not above'
      return `${sizeOf(issue.origin, input)} ${bound} ${issue.minimum}`
    }
    case 'invalid_union':
      return describeUnion(issue)
    default:
      return undefined
  }
}

const describeUnion = (issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string => {
  const expected = new Set<string>()
  for (const inner of issue.errors.flat()) {
    // A branch with words of its own says it better than a list of types.
    if (inner.code !== 'invalid_type' && inner.code !== 'invalid_value') return inner.message
    if (inner.message !== describeIssue({ ...inner, input: inner.input })) return inner.message
    if (inner.code === 'invalid_type') expected.add(typeName(inner.expected))
    else for (const value of inner.values) expected.add(String(value))
  }
  let value = issue.input
  // Of a union told apart by one key (`version`, `type`) that key is at fault, and its values are listed.
  if (issue.discriminator !== undefined) {
    value = stepInto(value, issue.discriminator)
    for (const tag of 'options' in issue && Array.isArray(issue.options) ? issue.options : []) expected.add(String(tag))
  }
  return `expected ${[...expected].join(' or ')}, got ${typeof value === 'number' ? value : kindOf(value)}`
}
