import { type CompilePolicyOptions, compilePolicy, defaultPolicyLimits, type PolicyFault } from '@tunnel/traffic-policy'
import { CliError } from '../cli-error.ts'
import type { PolicyCheckFlags } from '../flags/policy-command-flags.ts'
import { printable } from '../printable.ts'
import { faultLine } from './fault-lines.ts'
import { counted, type PolicyReport } from './policy-report.ts'
import { readBoundedFile } from './read-bounded-file.ts'

interface CheckedFile {
  readonly file: string
  readonly ok: boolean
  readonly faults: readonly PolicyFault[]
  readonly warnings: readonly PolicyFault[]
}

/** Compiles policies and says everything that is wrong with each. Throws `ERR_CLI_FILE` for one that cannot be read. */
export function checkPolicies(files: readonly string[], flags: PolicyCheckFlags): PolicyReport {
  const { protocol, binding, cloud, json } = flags
  const options = {
    ...(protocol && { protocol }),
    ...(binding && { binding }),
    endpoint: cloud ? 'cloud' : 'agent',
  } as const
  const checked = files.map((file) => checkFile(file, options))
  const wrong = checked.filter(({ ok }) => !ok)
  const faults = wrong.reduce((sum, one) => sum + one.faults.length, 0)
  return {
    isRight: wrong.length === 0,
    report: json ? JSON.stringify({ files: checked }, undefined, 2) : checked.flatMap(linesOf).join('\n'),
    summary: `${counted(faults, 'fault')} in ${wrong.length} of ${counted(files.length, 'file')}`,
  }
}

function checkFile(file: string, options: CompilePolicyOptions): CheckedFile {
  const read = readBoundedFile(file, defaultPolicyLimits.maxDocumentBytes)
  if (!read.ok) throw new CliError('ERR_CLI_FILE', `${file} cannot be read: ${read.message}`)
  const compiled = compilePolicy(read.text, options)
  if (compiled.ok) return { file, ok: true, faults: [], warnings: compiled.policy.warnings }
  return { file, ok: false, faults: compiled.faults, warnings: [] }
}

function linesOf({ file, ok, faults, warnings }: CheckedFile): string[] {
  const lines = [
    ...faults.map((fault) => `${file}${faultLine(fault)}`),
    ...warnings.map((fault) => `${file}${faultLine({ ...fault, message: `warning: ${fault.message}` })}`),
  ]
  return [...lines, ...(ok ? [`${file}: ok`] : [])].map(printable)
}
