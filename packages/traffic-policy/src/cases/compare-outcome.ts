import type { HeaderList } from '@tunnel/http'
import { fieldValues, textFromField } from '../actions/header-fields.ts'
import type { PolicyTrace } from '../engine/trace.ts'
import type { ExpectedOutcome } from './case-schema.ts'
import type { CaseOutcome } from './run-case.ts'

/** One thing that did not come as expected. */
export interface CaseMismatch {
  /** As in the file: `status`, `headers.x-a`, `request.target`. */
  readonly what: string
  readonly expected: unknown
  readonly actual: unknown
}

/** Everything that is not as expected; what a case does not mention may be anything. */
export function compareOutcome(expected: ExpectedOutcome, actual: CaseOutcome, trace: PolicyTrace): CaseMismatch[] {
  const { request } = expected
  return [
    ...different('outcome', expected.outcome, actual.outcome),
    ...different('status', expected.status, actual.status),
    ...different('code', expected.code, actual.code),
    ...differentHeaders('headers', expected.headers, actual.headers ?? []),
    ...different('body', expected.body, actual.body?.toString('utf8')),
    ...different('url', expected.url, actual.url),
    ...different('request.target', request?.target, actual.request?.target),
    ...different('request.host', request?.host, actual.request?.host),
    ...differentHeaders('request.headers', request?.headers, actual.request?.headers ?? []),
    ...different('request.body', request?.body, actual.request?.body.toString('utf8')),
    ...different('rules', expected.rules, expected.rules && matchedRules(trace)),
  ]
}

/** The rules that matched, by name, or by phase and number. */
export const matchedRules = ({ phases }: PolicyTrace): string[] =>
  phases.flatMap(({ phase, rules }) =>
    rules.filter(({ matched }) => matched).map(({ name, index }) => name ?? `${phase}/${index}`),
  )

function different(what: string, expected: unknown, actual: unknown): CaseMismatch[] {
  if (expected === undefined || JSON.stringify(expected) === JSON.stringify(actual)) return []
  return [{ what, expected, actual }]
}

function differentHeaders(
  what: string,
  expected: Readonly<Record<string, string | readonly string[] | null>> | undefined,
  fields: HeaderList,
): CaseMismatch[] {
  return Object.entries(expected ?? {}).flatMap(([name, wanted]) => {
    const values = fieldValues(fields, name.toLowerCase()).map(textFromField)
    return different(`${what}.${name}`, wanted === null ? [] : [wanted].flat(), values)
  })
}
