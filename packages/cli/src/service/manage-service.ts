import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { namedConfigPaths, readConfig } from '../config-machine.ts'
import type { Surroundings } from '../surroundings.ts'
import { launchdPlan } from './launchd-plan.ts'
import { machineHost, type ServiceHost } from './service-host.ts'
import type { ServiceAction, ServiceCommand, ServicePlan } from './service-plan.ts'
import { systemdPlan } from './systemd-plan.ts'
import { windowsPlan } from './windows-plan.ts'

const RUNS_SYSTEMD = '/run/systemd/system'

/** `tunnel service install …`. Throws `ERR_CLI_SERVICE`, `ERR_CLI_RIGHTS`, `ERR_CLI_USAGE` and what reading the settings throws. */
export async function manageService(
  context: CommandContext,
  action: ServiceAction,
  configs: readonly string[],
): Promise<void> {
  const { platform, serviceHost: host = machineHost() } = context.surroundings
  const plan = planFor(platform, host)
  if (action === 'install') await installService(context, plan, host, configs)
  else if (action === 'uninstall') await uninstallService(context, plan, host)
  else if (action === 'status') await showStatus(context, plan, host)
  else {
    assertInstalled(plan, host)
    await runAll(plan.commands[action], plan, host)
    context.print(`Service ${words[action]}`)
  }
}

const words = { start: 'started', stop: 'stopped', restart: 'restarted' } as const

function planFor(platform: NodeJS.Platform, host: ServiceHost): ServicePlan {
  if (platform === 'darwin') return launchdPlan
  if (platform === 'win32') return windowsPlan
  if (platform === 'linux' && host.exists(RUNS_SYSTEMD)) return systemdPlan
  throw new CliError(
    'ERR_CLI_SERVICE',
    'there is no systemd here: have what starts services on this machine run\n\n  tunnel service run --config FILE',
  )
}

async function installService(
  context: CommandContext,
  plan: ServicePlan,
  host: ServiceHost,
  flags: readonly string[],
): Promise<void> {
  const { surroundings } = context
  const named = namedConfigPaths(surroundings, flags)
  if (named.length === 0) {
    throw new CliError(
      'ERR_CLI_USAGE',
      'install needs the file to run with; for example tunnel service install --config /etc/tunnel.yml',
    )
  }
  const configs = named.map((path) => resolve(path))
  await assertRunnable(context, configs)
  assertRights(plan, host)
  const text = plan.definition({ program: host.program, configs })
  try {
    host.write(plan.path, plan.encoding === 'utf16le' ? Buffer.from(`\uFEFF${text}`, 'utf16le') : Buffer.from(text))
  } catch (cause) {
    throw noRights(plan, cause as NodeJS.ErrnoException)
  }
  await runAll(plan.commands.install, plan, host)
  context.print(`Service installed: ${plan.path}`)
  context.print('Start it with: tunnel service start')
}

/** The service has nothing of this environment: the file alone has to lead to an edge. */
async function assertRunnable({ surroundings, warn }: CommandContext, configs: readonly string[]): Promise<void> {
  const alone: Surroundings = { ...surroundings, env: {} }
  const { connect, connectionString, authtoken, endpoints, tunnels, warnings } = await readConfig(alone, { configs })
  for (const warning of warnings) warn(warning)
  if (connect.url === undefined && connectionString === undefined) {
    const file = configs.at(-1)
    throw new CliError(
      'ERR_CLI_NO_EDGE',
      `the file names no edge, and a service has no environment that could. Pair it with\n\n  tunnel config add-server CONNECTION_STRING --config ${file}`,
    )
  }
  if (authtoken === undefined) warn('the file has no authtoken; the edge will ask for one')
  if (endpoints.length === 0 && tunnels.size === 0) warn('the file defines no endpoints; the service will start none')
}

async function uninstallService(context: CommandContext, plan: ServicePlan, host: ServiceHost): Promise<void> {
  assertInstalled(plan, host)
  assertRights(plan, host)
  const [stop, ...rest] = plan.commands.uninstall
  // It may not be running.
  if (stop) await runQuietly(stop, host)
  try {
    host.remove(plan.path)
  } catch (cause) {
    throw noRights(plan, cause as NodeJS.ErrnoException)
  }
  for (const command of rest) await runQuietly(command, host)
  context.print(`Service uninstalled: ${plan.path}`)
}

async function showStatus(context: CommandContext, plan: ServicePlan, host: ServiceHost): Promise<void> {
  assertInstalled(plan, host)
  for (const command of plan.commands.status) {
    const { code, output } = await run(command, plan, host)
    for (const line of output.split('\n')) context.print(line)
    if (code !== 0)
      throw new CliError('ERR_CLI_SERVICE', `the service is not running; ${command[0]} says so with ${code}`)
  }
}

function assertInstalled(plan: ServicePlan, host: ServiceHost): void {
  if (host.exists(plan.path)) return
  throw new CliError(
    'ERR_CLI_SERVICE',
    'the service is not installed; for example tunnel service install --config /etc/tunnel.yml',
  )
}

/** Where users have numbers it is known beforehand; else the system's tools say so. */
function assertRights(plan: ServicePlan, { userId }: ServiceHost): void {
  if (userId !== undefined && userId !== 0) throw noRights(plan)
}

function noRights({ path, manager }: ServicePlan, cause?: NodeJS.ErrnoException): CliError {
  const why = cause ? ` (${cause.code})` : ''
  const how =
    manager === 'Task Scheduler' ? 'in a prompt that was opened as administrator' : 'as root: sudo tunnel service …'
  return new CliError('ERR_CLI_RIGHTS', `permission denied: ${path} cannot be changed${why}. Run it ${how}`, { cause })
}

async function runAll(commands: readonly ServiceCommand[], plan: ServicePlan, host: ServiceHost): Promise<void> {
  for (const command of commands) {
    const { code, output } = await run(command, plan, host)
    if (code === 0) continue
    throw new CliError(
      'ERR_CLI_SERVICE',
      `${command.join(' ')} failed with ${code}${output === '' ? '' : `: ${output}`}`,
    )
  }
}

async function run(command: ServiceCommand, { manager }: ServicePlan, host: ServiceHost) {
  try {
    return await host.run(command)
  } catch (cause) {
    throw new CliError(
      'ERR_CLI_SERVICE',
      `${command[0]} of ${manager} cannot be run (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
      },
    )
  }
}

async function runQuietly(command: ServiceCommand, host: ServiceHost): Promise<void> {
  await host.run(command).catch(() => {})
}
