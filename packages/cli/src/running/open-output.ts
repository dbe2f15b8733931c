import type { AgentConfig } from '@tunnel/agent-config'
import type { CommonFlags } from '../flags/common-flags.ts'
import { type AgentLog, silentLog } from '../log/agent-log.ts'
import type { Surroundings } from '../surroundings.ts'
import { CLI_VERSION } from '../version.ts'
import { StatusLines } from './status-lines.ts'
import type { StatusView } from './status-view.ts'

export interface Output {
  readonly log: AgentLog
  /** Not where the log takes the terminal, there is none, or the settings say there is to be none. */
  readonly status: StatusView | undefined
}

/**
 * Flags before settings. `onQuit` is called when somebody presses Ctrl+C on the console. Throws `ERR_CLI_FILE` for a log that cannot be
 * opened.
 */
export async function openOutput(
  flags: CommonFlags,
  config: Pick<AgentConfig, 'log' | 'console'>,
  surroundings: Surroundings,
  onQuit: () => void,
): Promise<Output> {
  const { stdout, stderr, now = () => new Date() } = surroundings
  const asked = flags.log ?? config.log.target
  const { ui } = config.console
  const logTakesTerminal = asked === 'stdout' || asked === 'stderr'
  const showsStatus = (ui === 'iftty' ? stdout.isTTY === true : ui) && !logTakesTerminal
  // Without anybody to look at a console, what happens is logged.
  const target = asked ?? (showsStatus ? false : 'stdout')
  const log = await openLogAt(target)
  return { log, status: showsStatus ? await openStatus(config, surroundings, onQuit) : undefined }

  async function openLogAt(target: string | false): Promise<AgentLog> {
    if (target === false || target === 'false' || target === '') return silentLog
    const { openLog } = await import('../log/open-log.ts')
    const format = flags.logFormat ?? config.log.format
    const level = flags.logLevel ?? config.log.level
    return openLog({ target, format, level, stdout, stderr, plain: wantsNoColor(surroundings), now })
  }
}

async function openStatus(
  { console }: Pick<AgentConfig, 'console'>,
  surroundings: Surroundings,
  onQuit: () => void,
): Promise<StatusView> {
  const { stdout, terminal, env } = surroundings
  // A process in the background, or a terminal that cannot move its cursor.
  const canDraw = console.ui === true || (terminal !== undefined && env.TERM !== 'dumb')
  if (!canDraw) return new StatusLines(stdout)
  const { ConsoleUi } = await import('../console/console-ui.ts')
  const color = wantsNoColor(surroundings) ? 'none' : console.color
  return new ConsoleUi({ surroundings, color, version: CLI_VERSION, onQuit })
}

/** @see https://no-color.org */
function wantsNoColor({ env }: Surroundings): boolean {
  return Boolean(env.NO_COLOR) || env.TERM === 'dumb'
}
