import type { AgentConfig } from '@tunnel/agent-config'
import type { Listener, SessionOptions } from '@tunnel/agent-core'
import { namedConfigPaths, readConfig } from '../config-machine.ts'
import type { EndpointStep } from '../endpoints/endpoint-step.ts'
import { warningLine } from '../error-lines.ts'
import type { CommonFlags } from '../flags/common-flags.ts'
import { openWebInterface, type WebInterface } from '../inspection/web-interface.ts'
import type { AgentLog } from '../log/agent-log.ts'
import { idleSettings } from '../supported-keys.ts'
import type { Surroundings } from '../surroundings.ts'
import { announceUpdate } from '../update/announce-update.ts'
import { bindEndpoints } from './bind-endpoints.ts'
import { type Output, openOutput } from './open-output.ts'
import { SessionEnd } from './session-end.ts'
import { sessionOptions } from './session-options.ts'
import { SessionReport } from './session-report.ts'
import { StopRequests } from './stop-requests.ts'

export interface TunnelJob {
  /** What to put online, or how the settings say it. */
  readonly endpoints: readonly EndpointStep[] | ((config: AgentConfig) => Promise<readonly EndpointStep[]>)
  readonly common: CommonFlags
  readonly connect: string | undefined
  readonly authtoken: string | undefined
  /** @default that of the settings */
  readonly region?: string | undefined
  /** There is no console, and without a log in the settings this is its target. */
  readonly serviceLog?: string | undefined
}

/**
 * Keeps endpoints online until somebody asks to stop. Rejects with what the edge refused, with what ended the session, and
 * with `ERR_CLI_FORCED` when closing is cut short.
 */
export async function runTunnel(job: TunnelJob, surroundings: Surroundings): Promise<void> {
  const { common, connect, authtoken, region } = job
  const config = await readConfig(surroundings, { configs: common.configs, connect })
  const steps = typeof job.endpoints === 'function' ? await job.endpoints(config) : job.endpoints
  const options = sessionOptions(
    config,
    { authtoken, region, sessionMetadata: common.sessionMetadata },
    surroundings.env,
  )
  const stop = new StopRequests(surroundings)
  const onStopCommand = (): void => {
    if (!config.remoteManagement) return
    output?.log.info('stop requested by the edge', { obj: 'tunnels.session' })
    stop.request()
  }
  const over = new AbortController()
  let output: Output | undefined
  let web: WebInterface | undefined
  try {
    output = await openOutput(common, forService(config, job.serviceLog), surroundings, () => stop.signal('SIGINT'))
    const { log, status } = output
    for (const warning of [...config.warnings, ...idleSettings(config)]) surroundings.stderr.write(warningLine(warning))
    logConfigFiles(log, config.files, namedConfigPaths(surroundings, common.configs).length > 0)
    void announceUpdate(config, surroundings, log, over.signal, (version) => status?.updateAvailable(version))
    const report = new SessionReport(log, status)
    web = await openWebInterface(config, log, surroundings)
    if (web) report.webInterface(web.url)
    await Promise.race([serve(steps, { ...options, onStopCommand }, surroundings, stop, report, web), stop.forced])
  } finally {
    over.abort()
    void web?.close()
    // Whoever forces the end does not wait for a disk either.
    if (web) await Promise.race([web.written(), stop.forced.catch(() => {})])
    // The terminal is the person's again before anybody writes an error to it.
    output?.status?.close()
    stop.dispose()
  }
}

function forService(config: AgentConfig, serviceLog: string | undefined): AgentConfig {
  if (serviceLog === undefined) return config
  const target = config.log.target ?? serviceLog
  return { ...config, console: { ...config.console, ui: false }, log: { ...config.log, target } }
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
  web: WebInterface | undefined,
): Promise<void> {
  const core = await import('@tunnel/agent-core')
  report.countWith((onRequest) => new core.TrafficStatistics(onRequest))
  const connect = surroundings.connect ?? core.Session.connect
  const end = new SessionEnd()
  try {
    const session = await connect(options, (created) => {
      report.watch(created)
      end.watch(created)
      web?.agent.watch(created)
      stop.onRequest(() => void end.close())
    })
    const localAddress = ({ addr = 80, proto }: Awaited<ReturnType<EndpointStep>>): string => {
      const use = proto === 'tcp' || proto === 'tls' ? proto : 'http'
      return core.parseUpstreamAddress(addr, use).url.replace(/^[a-z]+:\/\//, '')
    }
    const bind = (config: Awaited<ReturnType<EndpointStep>>): Promise<Listener> =>
      core.forwardOver(
        session,
        { ...config, inspect: web?.inspectorFor(config) },
        report.forwarding(localAddress(config)),
      )
    const listeners = await Promise.race([bindEndpoints(session, steps, bind), end.reached])
    if (!listeners) return
    const watch = (listener: Listener): void => {
      listener.once('close', (error) => {
        if (session.state === 'closed') return
        if (!error) return report.endpointsChanged(session)
        report.endpointLost(listener, error)
        if (session.endpoints().length === 0) end.fail(error)
      })
    }
    listeners.forEach(watch)
    report.started(session, listeners)
    web?.agent.allowStarts(async (...args) => {
      const { startByDefinition } = await import('../inspection/start-by-definition.ts')
      return startByDefinition(session, bind, web.inspector, report, watch)(...args)
    })
    const forwardings = listeners.map((listener) => ({ url: listener.url(), upstream: listener.forwardsTo() }))
    surroundings.parent?.send({ type: 'online', urls: forwardings.map(({ url }) => url), forwardings })
    await end.reached
  } catch (cause) {
    // Stopping interrupts whatever was under way.
    if (!stop.isRequested) throw cause
  } finally {
    await end.close()
  }
}
