import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnosis } from '@tunnel/agent-core'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { readConfig } from '../config-machine.ts'
import type { DiagnoseFlags } from '../flags/diagnose-flags.ts'
import { sessionOptions } from '../running/session-options.ts'
import { reportDocument } from './report-document.ts'
import { problemLines, successLines, testLines } from './report-lines.ts'

export interface DiagnoseJob {
  readonly configs: readonly string[]
  readonly flags: DiagnoseFlags
}

/** Tests the way to the edge and says what to do. Throws `ERR_CLI_DIAGNOSED` where no edge can be had. */
export async function runDiagnose({ configs, flags }: DiagnoseJob, context: CommandContext): Promise<void> {
  const { surroundings } = context
  const config = await readConfig(surroundings, { configs, connect: flags.connect })
  const options = sessionOptions(config, { authtoken: flags.authtoken }, surroundings.env)
  const { diagnose } = await import('@tunnel/agent-core')
  const print = flags.json ? () => {} : context.print
  for (const warning of config.warnings) context.warn(warning)

  print('Testing tunnel connectivity...\n')
  let section = ''
  const diagnosis = await diagnose({
    ...options,
    // What the flag says goes before the settings, also where it says all.
    region: flags.region === undefined ? options.region : undefined,
    regions: regionsOf(flags),
    families: familiesOf(flags),
    internet: flags.internet,
    now: () => (surroundings.now?.() ?? new Date()).getTime(),
    onTest: (title, test) => {
      if (title !== section) print(title)
      section = title
      for (const line of testLines(test, flags.verbose ?? false)) print(line)
    },
  })
  const report = `${JSON.stringify(reportDocument(diagnosis, config, surroundings), undefined, 2)}\n`
  for (const line of problemLines(diagnosis)) print(line)
  if (flags.json) surroundings.stdout.write(report)
  const path = flags.writeReport ?? (wantsAll(flags) ? join(surroundings.homedir, 'diagnose.json') : undefined)
  if (path !== undefined) {
    write(path, report)
    print(`Report written to ${path}`)
  }
  if (!diagnosis.ok) throw failure(diagnosis)
  print('')
  for (const line of successLines(diagnosis)) print(line)
}

const wantsAll = ({ region = [] }: DiagnoseFlags): boolean => region.includes('all')

/** `auto` is what the agent does itself: it is at every edge that it knows. */
function regionsOf(flags: DiagnoseFlags): readonly string[] | undefined {
  const named = (flags.region ?? []).filter((name) => name !== 'all' && name !== 'auto')
  return wantsAll(flags) || named.length === 0 ? undefined : named
}

function familiesOf({ ipv4, ipv6 }: DiagnoseFlags): (4 | 6)[] {
  return [...(ipv4 ? ([4] as const) : []), ...(ipv6 ? ([6] as const) : [])]
}

function write(path: string, report: string): void {
  try {
    writeFileSync(path, report, { mode: 0o600 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CliError('ERR_CLI_FILE', `the report cannot be written to ${path}: ${code}`, { cause })
  }
}

function failure({ sections }: Diagnosis): CliError {
  const problems = sections.flatMap(({ tests }) => tests.filter(({ state }) => state === 'error'))
  const summary = problems.map(({ problem }) => (problem ? `${problem.message} (${problem.code})` : '')).join('; ')
  return new CliError('ERR_CLI_DIAGNOSED', `Error establishing a connection: ${summary}`)
}
