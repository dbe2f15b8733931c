import type * as z from 'zod'
import type { PolicyFaultCode } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { FaultParams } from './action-configs/issue.ts'
import type { Path } from './source-position.ts'

export interface DescribedIssue {
  readonly code: PolicyFaultCode
  readonly message: string
  readonly path: Path
  readonly offset?: number
  /** The name of a key that is at fault itself. */
  readonly key?: string
}

type Issue = z.core.$ZodIssue

/** What a schema says of a configuration, with the code of the reference for it. A value is not repeated: it may be a secret. */
export function describeIssue(
  issue: Issue,
  knownKeys: (path: Path) => readonly string[],
  at: Path = [],
): DescribedIssue[] {
  const path = [...at, ...(issue.path as Path)]
  switch (issue.code) {
    case 'custom': {
      const params = issue.params as Partial<FaultParams> | undefined
      const offset = params?.offset === undefined ? {} : { offset: params.offset }
      return [{ code: params?.fault ?? 'ERR_TUNNEL_2204', message: issue.message, path, ...offset }]
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const message = `unknown field \`${key.slice(0, 64)}\`${didYouMean(key, knownKeys(path))}`
        return { code: 'ERR_TUNNEL_2203', message, path, key }
      })
    case 'invalid_union':
      return describeUnion(issue, knownKeys, path)
    case 'invalid_type':
      if (isMissing(issue)) return [{ code: 'ERR_TUNNEL_2234', message: 'required', path }]
      return [
        { code: 'ERR_TUNNEL_2203', message: `expected ${named(issue.expected)}, got ${kindOf(issue.input)}`, path },
      ]
    case 'invalid_value': {
      if (isMissing(issue)) return [{ code: 'ERR_TUNNEL_2234', message: 'required', path }]
      const words = issue.values.map(String)
      const hint = typeof issue.input === 'string' ? didYouMean(issue.input, words) : ''
      return [{ code: 'ERR_TUNNEL_2222', message: `expected ${oneOf(words)}, got ${kindOf(issue.input)}${hint}`, path }]
    }
    case 'too_big':
      return [describeBound(issue, path, `above the maximum ${issue.maximum}`, 'ERR_TUNNEL_2221')]
    case 'too_small': {
      const code = issue.input === '' ? 'ERR_TUNNEL_2223' : 'ERR_TUNNEL_2237'
      return [describeBound(issue, path, `below the minimum ${issue.minimum}`, code)]
    }
    case 'invalid_element':
    case 'invalid_key':
      return issue.issues.flatMap((inner) => describeIssue(inner, knownKeys, path))
    default:
      return [{ code: 'ERR_TUNNEL_2204', message: issue.message, path }]
  }
}

const isMissing = (issue: Issue): boolean => issue.input === undefined

function describeBound(
  issue: Extract<Issue, { code: 'too_big' | 'too_small' }>,
  path: Path,
  bound: string,
  textCode: PolicyFaultCode,
): DescribedIssue {
  if (typeof issue.input === 'number') return { code: 'ERR_TUNNEL_2215', message: `${issue.input} is ${bound}`, path }
  if (issue.input === '') return { code: textCode, message: 'must not be empty', path }
  const { length } = issue.input as { length: number }
  const unit = typeof issue.input === 'string' ? 'characters' : 'entries'
  return { code: textCode, message: `${length} ${unit} is ${bound}`, path }
}

/** Of the branches the one that came furthest speaks: one that did not stop at the kind of the value. */
function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  knownKeys: (path: Path) => readonly string[],
  path: Path,
): DescribedIssue[] {
  if (isMissing(issue)) return [{ code: 'ERR_TUNNEL_2234', message: 'required', path }]
  const further = issue.errors.find((branch) => branch.every((inner) => !isWrongKind(inner)))
  if (further) return further.flatMap((inner) => describeIssue(inner, knownKeys, path))
  const words = issue.errors.flat().filter((inner) => inner.path.length === 0)
  const expected = words.flatMap((inner) => (inner.code === 'invalid_type' ? [named(inner.expected)] : []))
  if (issue.message !== 'Invalid input') return [{ code: 'ERR_TUNNEL_2203', message: issue.message, path }]
  const message = `expected ${oneOf([...new Set(expected)])}, got ${kindOf(issue.input)}`
  return [{ code: 'ERR_TUNNEL_2203', message, path }]
}

const isWrongKind = ({ code, path }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union')

const oneOf = (words: readonly string[]): string =>
  words.length < 3 ? words.join(' or ') : `one of ${words.join(', ')}`

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
}

const named = (expected: string): string => NAMES[expected] ?? expected

export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text'
  return typeof value === 'boolean' ? String(value) : `the number ${value}`
}
