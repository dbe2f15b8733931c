import { dirname, resolve } from 'node:path'
import {
  type CaseMismatch,
  type CaseResult,
  compilePolicy,
  defaultPolicyLimits,
  endpointOfCases,
  formatTrace,
  MAX_CASES_BYTES,
  type PolicyCases,
  type PolicyFault,
  parsePolicyCases,
  plainOutcome,
  runPolicyCases,
} from '@tunnel/traffic-policy'
import { stringify } from 'yaml'
import { CliError } from '../cli-error.ts'
import type { PolicyTestFlags } from '../flags/policy-command-flags.ts'
import { printable } from '../printable.ts'
import { faultLine } from './fault-lines.ts'
import { counted, type PolicyReport } from './policy-report.ts'
import { readBoundedFile } from './read-bounded-file.ts'

export interface TestPoliciesOptions extends PolicyTestFlags {
  /** Of the terminal. @default 80 */
  readonly columns?: number | undefined
}

interface TestedFile {
  readonly file: string
  readonly results: readonly CaseResult[]
}

/** Runs files of cases. Throws `ERR_CLI_FILE` or `ERR_CLI_POLICY` for files that are no cases and policies that are none. */
export async function testPolicies(files: readonly string[], options: TestPoliciesOptions): Promise<PolicyReport> {
  const tested: TestedFile[] = []
  for (const file of files) tested.push({ file, results: await resultsOf(file) })
  const all = tested.flatMap(({ results }) => results)
  const failed = all.filter(({ passed }) => !passed).length
  const summary = `${failed} of ${counted(all.length, 'case')} failed`
  const report = options.json
    ? JSON.stringify({ files: tested.map(plainFile) }, undefined, 2)
    : [
        ...tested.flatMap((one) => fileLines(one, options)),
        `${all.length - failed} of ${counted(all.length, 'case')} passed`,
      ].join('\n')
  return { isRight: failed === 0, report, summary }
}

async function resultsOf(file: string): Promise<CaseResult[]> {
  const parsed = parsePolicyCases(textOf(file, MAX_CASES_BYTES))
  if (!parsed.ok) throw wrongFile(file, parsed.faults)
  const { cases } = parsed
  const endpoint = endpointOfCases(cases)
  if (endpoint === undefined)
    throw new CliError('ERR_CLI_POLICY', `${file}: endpoint.url is no URL of an http, https, tcp or tls endpoint`)
  const { name, text } = policyText(file, cases)
  const { binding } = cases.endpoint
  const compiled = compilePolicy(text, {
    protocol: endpoint.protocol,
    ...(binding && { binding }),
    isIpPolicyKnown: (id) => Object.hasOwn(cases.ip_policies, id),
  })
  if (!compiled.ok) throw wrongFile(name, compiled.faults)
  return runPolicyCases(compiled.policy, cases, endpoint)
}

function policyText(file: string, { policy }: PolicyCases): { name: string; text: string } {
  if (typeof policy !== 'string') return { name: `${file} policy`, text: stringify(policy, { lineWidth: 0 }) }
  const name = resolve(dirname(file), policy)
  return { name, text: textOf(name, defaultPolicyLimits.maxDocumentBytes) }
}

function textOf(file: string, maxBytes: number): string {
  const read = readBoundedFile(file, maxBytes)
  if (!read.ok) throw new CliError('ERR_CLI_FILE', `${file} cannot be read: ${read.message}`)
  return read.text
}

function wrongFile(file: string, faults: readonly PolicyFault[]): CliError {
  return new CliError('ERR_CLI_POLICY', faults.map((fault) => `${file}${faultLine(fault)}`).join('\n'))
}

function fileLines({ file, results }: TestedFile, options: TestPoliciesOptions): string[] {
  return [printable(file), ...results.flatMap((result) => caseLines(result, options))]
}

function caseLines(
  { name, passed, mismatches, trace }: CaseResult,
  { verbose, columns = 80 }: TestPoliciesOptions,
): string[] {
  const lines = [`  ${passed ? 'ok  ' : 'FAIL'}  ${name}`, ...mismatches.map(mismatchLine)].map(printable)
  if (passed && !verbose) return lines
  const shown = formatTrace(trace, { columns: columns - TRACE_INDENT.length }).trimEnd()
  return [...lines, ...shown.split('\n').map((line) => `${TRACE_INDENT}${line}`)]
}

const TRACE_INDENT = ' '.repeat(8)

const mismatchLine = ({ what, expected, actual }: CaseMismatch): string =>
  `${TRACE_INDENT}${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual) ?? 'none'}`

const plainFile = ({ file, results }: TestedFile) => ({
  file,
  cases: results.map((result) => ({ ...result, outcome: plainOutcome(result.outcome) })),
})
