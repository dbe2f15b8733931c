import type { AgentConfig } from '@tunnel/agent-config'
import type { Session, TunnelError } from '@tunnel/agent-core'
import { type AgentControl, type AgentFacts, type Inspector, InspectorError } from '@tunnel/inspector'
import { CLI_VERSION } from '../version.ts'
import { shownSettings } from './shown-settings.ts'

/** Puts what a definition says online, and resolves to its name. */
export type StartDefinition = NonNullable<AgentControl['start']>

/** What the local API shows of this agent and can ask of it. */
export class AgentState implements AgentControl {
  readonly inspector: Inspector
  webAddress = ''
  readonly #config: AgentConfig
  readonly #listeners = new Set<() => void>()
  #session: Session | undefined
  #lastError: TunnelError | undefined
  #start: StartDefinition | undefined

  constructor(config: AgentConfig, inspector: Inspector) {
    this.#config = config
    this.inspector = inspector
  }

  watch(session: Session): void {
    this.#session = session
    const tell = (): void => {
      for (const listener of this.#listeners) listener()
    }
    session.on('connected', tell)
    session.on('heartbeat', tell)
    session.on('disconnected', (error) => {
      this.#lastError = error
      tell()
    })
    session.on('close', tell)
  }

  /** From here on endpoints can be started. */
  allowStarts(start: StartDefinition): void {
    this.#start = start
  }

  status(): AgentFacts {
    const session = this.#session
    const { region = '', edgeVersion = '', banner = '' } = session?.welcome ?? {}
    const state = session?.state ?? 'connecting'
    const latencyMs = session?.latencyMs
    const leg = { region, latency: latencyMs === undefined ? '' : `${Math.round(latencyMs)}ms` }
    return {
      status: state === 'closed' ? 'offline' : state,
      agent_version: CLI_VERSION,
      session: { legs: state === 'online' ? [leg] : [] },
      server_version: edgeVersion,
      banner,
      config_paths: [...this.#config.files],
      last_error: this.#lastError?.message ?? null,
      web_addr: this.webAddress,
      configuration: shownSettings(this.#config, this.webAddress),
    }
  }

  async start(...args: Parameters<StartDefinition>): Promise<string> {
    if (!this.#start || this.#session?.state !== 'online') {
      throw new InspectorError('ERR_INSPECTOR_NOT_READY', 'a successful session has not yet been established')
    }
    return this.#start(...args)
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
