import type { AgentConfig } from '@tunnel/agent-config'
import type { CommonFlags } from '../flags/common-flags.ts'
import { type AgentLog, silentLog } from '../log/agent-log.ts'
import type { Surroundings } from '../surroundings.ts'
import { StatusLines } from './status-lines.ts'

export interface Output {
  readonly log: AgentLog
  /** Not where the log takes the terminal, or the settings say there is to be none. */
  readonly status: StatusLines | undefined
}

/** Flags before settings. Throws `ERR_CLI_FILE` for a log that cannot be opened. */
export async function openOutput(
  flags: CommonFlags,
  { log, console }: AgentConfig,
  { stdout, stderr, now = () => new Date() }: Surroundings,
): Promise<Output> {
  const asked = flags.log ?? log.target ?? (console.ui === false ? 'stdout' : 'false')
  const target = asked === false || asked === '' ? 'false' : asked
  const showsStatus = console.ui !== false && target !== 'stdout' && target !== 'stderr'
  const status = showsStatus ? new StatusLines(stdout) : undefined
  if (target === 'false') return { log: silentLog, status }
  // The logger takes longer to load than the rest of the command.
  const { openLog } = await import('../log/open-log.ts')
  const format = flags.logFormat ?? log.format
  return { log: openLog({ target, format, level: flags.logLevel ?? log.level, stdout, stderr, now }), status }
}
