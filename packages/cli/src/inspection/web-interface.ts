import type { AgentConfig } from '@tunnel/agent-config'
import type { EndpointConfig, TrafficInspector, UpstreamConfig } from '@tunnel/agent-core'
import type { Inspector, ServedInspector } from '@tunnel/inspector'
import { CliError } from '../cli-error.ts'
import type { AgentLog } from '../log/agent-log.ts'
import type { Surroundings } from '../surroundings.ts'
import type { AgentState } from './agent-state.ts'
import { inspectorOf } from './inspector-of.ts'

/** The inspector of a command, with its local API and web pages. */
export interface WebInterface {
  readonly url: string
  readonly inspector: Inspector
  readonly agent: AgentState
  /** Who sees the traffic of an endpoint: bytes of tcp and tls are captured only when asked for. */
  inspectorFor(config: EndpointConfig & UpstreamConfig): TrafficInspector
  /** Ends every connection to it. */
  close(): Promise<void>
  /** Resolves when what was captured is on disk, where it is to be. */
  written(): Promise<void>
}

/**
 * Opens it where the settings say, `undefined` where they turn it off. Rejects with `ERR_CLI_WEB_ADDR` for an address that is set and cannot be
 * listened on, and with `ERR_CLI_INSPECTOR`. Pages and API are loaded when somebody comes.
 */
export async function openWebInterface(
  config: AgentConfig,
  log: AgentLog,
  surroundings: Surroundings,
): Promise<WebInterface | undefined> {
  const { webAddr, webAllowHosts } = config.inspector
  if (webAddr === false || surroundings.serveInspector === false) return undefined
  const { serveInspector } = await import('@tunnel/inspector')
  const { AgentState } = await import('./agent-state.ts')
  const inspector = await inspectorOf(config)
  const agent = new AgentState(config, inspector)
  let served: ServedInspector
  try {
    served = await (surroundings.serveInspector ?? serveInspector)({
      inspector,
      agent,
      host: webAddr?.host || undefined,
      port: webAddr?.port,
      allowHosts: webAllowHosts,
      onCall: (call) => {
        if (call.phase === 'start') log.info('start', callFields(call))
        else log.info('end', callFields(call))
      },
    })
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    if (!code?.startsWith('ERR_INSPECTOR_ADDRESS')) throw cause
    const advice = 'set web_addr to another address, or to false'
    throw new CliError('ERR_CLI_WEB_ADDR', `${message}; ${advice}`, { cause })
  }
  const address = new URL(served.url).host
  agent.webAddress = address
  log.info('starting web service', { obj: 'web', addr: address, allow_hosts: `[${webAllowHosts.join(' ')}]` })
  return {
    url: served.url,
    inspector,
    agent,
    inspectorFor: ({ inspect }) => (inspect === false ? inspector.withoutCaptures : inspector),
    close: () => served.close(),
    written: async () => inspector.spool?.close(),
  }
}

function callFields({
  method,
  path,
  id,
  status,
  durationMs,
}: {
  method: string
  path: string
  id: string
  status?: number | undefined
  durationMs?: number | undefined
}) {
  return {
    pg: path,
    id,
    method,
    ...(status !== undefined && { status }),
    ...(durationMs !== undefined && { dur: `${durationMs.toFixed(3)}ms` }),
  }
}
