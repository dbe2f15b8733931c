import type * as z from 'zod'
import { closest } from './closest.ts'
import { describeIssue, didYouMean } from './describe-issue.ts'
import { type ConfigFaultCode, type ConfigPath, formatPath } from './fault.ts'
import { knownKeys, stepInto } from './known-keys.ts'

/** What a schema refuses, before anyone knows on which line it stands. */
export interface SchemaFault {
  readonly code: ConfigFaultCode
  readonly path: ConfigPath
  readonly message: string
  readonly suggestion?: string
}

type Checked<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly faults: SchemaFault[] }

/** Checks data against a schema; on failure every fault up to `maxFaults`, the unions opened and the unknown keys one by one. */
export const checkAgainst = <T>(schema: z.ZodType<T>, data: unknown, maxFaults: number): Checked<T> => {
  const result = schema.safeParse(data, { error: describeIssue, reportInput: true })
  if (result.success) return { ok: true, data: result.data }
  const faults: SchemaFault[] = []
  for (const issue of withoutEchoes(result.error.issues)) {
    for (const fault of faultsOf(issue, [], { schema, data })) {
      faults.push(fault)
      if (faults.length >= maxFaults) return { ok: false, faults }
    }
  }
  return { ok: false, faults }
}

/** A text where a list is wanted is also measured against the length of the list: one fault is enough. */
const withoutEchoes = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] => {
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join()))
  return issues.filter(({ code, path }) => (code !== 'too_big' && code !== 'too_small') || !mistyped.has(path.join()))
}

interface Subject {
  readonly schema: z.core.$ZodType
  readonly data: unknown
}

function* faultsOf(issue: z.core.$ZodIssue, above: ConfigPath, subject: Subject): Generator<SchemaFault> {
  const path: ConfigPath = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(subject.schema, path, subject.data)
    for (const key of issue.keys) yield unknownKey(key, path, known)
    return
  }
  if (issue.code === 'invalid_union') {
    const branch = fittingBranch(issue)
    if (branch) for (const inner of branch) yield* faultsOf(inner, path, subject)
    else yield fault(path, issue.message, subject.data)
    return
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    for (const inner of issue.issues) yield* faultsOf(inner, path, subject)
    return
  }
  yield fault(path, issue.message, subject.data)
}

/** A branch of a union fits in kind when it complains about something within the value, or about its content. */
const isInside = (issue: z.core.$ZodIssue): boolean => {
  if (issue.path.length > 0) return true
  if (issue.code === 'invalid_union') return fittingBranch(issue) !== undefined
  return issue.code !== 'invalid_type' && issue.code !== 'invalid_value'
}

const fittingBranch = ({ errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined =>
  errors.find((branch) => branch.length > 0 && branch.every(isInside))

const fault = (path: ConfigPath, message: string, data: unknown): SchemaFault => {
  const value = path.reduce(stepInto, data)
  const name = path.length === 0 ? '' : `\`${formatPath(path)}\``
  if (value === undefined && path.length > 0) {
    const wanted = message.replace(/, got nothing$/, '')
    return { code: 'ERR_CONFIG_MISSING_KEY', path, message: `${name} is missing: ${wanted}` }
  }
  return { code: 'ERR_CONFIG_VALUE', path, message: name === '' ? message : `${name}: ${message}` }
}

const unknownKey = (key: string, parent: ConfigPath, known: ReadonlyMap<string, string>): SchemaFault => {
  const near = closest(key, known.keys())
  const suggestion = near === undefined ? undefined : known.get(near)
  const where = parent.length === 0 ? '' : ` in \`${formatPath(parent)}\``
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    path: [...parent, key],
    message: `unknown key \`${key.slice(0, 64)}\`${where}${didYouMean(suggestion)}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
