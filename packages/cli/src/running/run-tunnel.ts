import type { Listener, SessionOptions } from '@tunnel/agent-core'
import { namedConfigPath, readConfig } from '../config-machine.ts'
import type { EndpointStep } from '../endpoints/endpoint-step.ts'
import { warningLine } from '../error-lines.ts'
import type { CommonFlags } from '../flags/common-flags.ts'
import type { AgentLog } from '../log/agent-log.ts'
import type { Surroundings } from '../surroundings.ts'
import { bindEndpoints } from './bind-endpoints.ts'
import { openOutput } from './open-output.ts'
import { SessionEnd } from './session-end.ts'
import { idleSettings, sessionOptions } from './session-options.ts'
import { SessionReport } from './session-report.ts'
import { StopRequests } from './stop-requests.ts'

export interface TunnelJob {
  readonly endpoints: readonly EndpointStep[]
  readonly common: CommonFlags
  readonly connect: string | undefined
  readonly authtoken: string | undefined
}

/**
 * Keeps endpoints online until somebody asks to stop. Rejects with what the edge refused, with what ended the session, and
 * with `ERR_CLI_FORCED` when closing is cut short.
 */
export async function runTunnel(job: TunnelJob, surroundings: Surroundings): Promise<void> {
  const { common, connect, authtoken } = job
  const config = await readConfig(surroundings, { config: common.config, connect })
  const options = sessionOptions(config, { authtoken, sessionMetadata: common.sessionMetadata })
  const { log, status } = await openOutput(common, config, surroundings)
  for (const warning of [...config.warnings, ...idleSettings(config)]) surroundings.stderr.write(warningLine(warning))
  logConfigFiles(log, config.files, namedConfigPath(surroundings, common.config) !== undefined)

  const stop = new StopRequests(surroundings)
  const onStopCommand = (): void => {
    if (config.remoteManagement) stop.request()
  }
  const report = new SessionReport(log, status)
  try {
    await Promise.race([serve(job.endpoints, { ...options, onStopCommand }, surroundings, stop, report), stop.forced])
  } finally {
    stop.dispose()
  }
}

function logConfigFiles(log: AgentLog, files: readonly string[], areNamed: boolean): void {
  if (!areNamed) log.info('no configuration paths supplied')
  for (const path of files)
    log.info(areNamed ? 'open config file' : 'using configuration at default config path', { path })
}

async function serve(
  steps: readonly EndpointStep[],
  options: SessionOptions,
  surroundings: Surroundings,
  stop: StopRequests,
  report: SessionReport,
): Promise<void> {
  const core = await import('@tunnel/agent-core')
  const connect = surroundings.connect ?? core.Session.connect
  const end = new SessionEnd()
  try {
    const session = await connect(options, (created) => {
      report.watch(created)
      end.watch(created)
      stop.onRequest(() => void end.close())
    })
    const bind = (config: Awaited<ReturnType<EndpointStep>>): Promise<Listener> =>
      core.forwardOver(session, config, report.forwarding(String(config.addr)))
    const listeners = await Promise.race([bindEndpoints(session, steps, bind), end.reached])
    if (!listeners) return
    for (const listener of listeners) {
      listener.once('close', (error) => {
        if (!error || session.state === 'closed') return
        report.endpointLost(listener, error)
        if (session.endpoints().length === 0) end.fail(error)
      })
    }
    report.started(session, listeners)
    surroundings.parent?.send({ type: 'online', urls: listeners.map((listener) => listener.url()) })
    await end.reached
  } catch (cause) {
    // Stopping interrupts whatever was under way.
    if (!stop.isRequested) throw cause
  } finally {
    await end.close()
  }
}
