import type { AgentStatus } from '../contract/agent.ts'
import type { StoreUsage } from '../contract/summary.ts'
import type { Inspector } from '../inspector.ts'
import type { Replayer } from '../replay/replayer.ts'
import type { Capture } from '../store/capture.ts'
import { usageOf } from '../view/summary.ts'
import type { AgentControl } from './agent-control.ts'
import { ApiFailure } from './api-error.ts'

/** What the routes work with. */
export class ApiContext {
  readonly inspector: Inspector
  readonly replayer: Replayer
  readonly agent: AgentControl | undefined

  constructor(inspector: Inspector, replayer: Replayer, agent: AgentControl | undefined) {
    this.inspector = inspector
    this.replayer = replayer
    this.agent = agent
  }

  /** Throws 404. */
  async capture(id: string): Promise<Capture> {
    const found = this.inspector.store.get(id) ?? (await this.inspector.spool?.load(id))
    if (found) return found
    throw new ApiFailure('notFound', { err: `there is no capture ${id}` })
  }

  /** The same with bodies that go on on disk. Throws 404. */
  async wholeCapture(id: string): Promise<Capture> {
    const found = await this.capture(id)
    const isParted = found.requestBody.tail ?? found.responseBody.tail
    if (!isParted || found.state === 'open') return found
    return (await this.inspector.spool?.load(id)) ?? found
  }

  /** One that can be changed: in memory. Throws 404, and 409 for one that is only on disk. */
  liveCapture(id: string): Capture {
    const found = this.inspector.store.get(id)
    if (found) return found
    if (this.inspector.spool?.has(id)) throw new ApiFailure('conflict', { err: `the capture ${id} is only on disk` })
    throw new ApiFailure('notFound', { err: `there is no capture ${id}` })
  }

  usage(): StoreUsage {
    return usageOf(this.inspector.store, this.inspector.spool?.usage() ?? null)
  }

  status(): AgentStatus {
    const facts = this.agent?.status()
    const isOnline = this.inspector.endpoints().length > 0
    return {
      status: facts?.status ?? (isOnline ? 'online' : 'offline'),
      agent_version: facts?.agent_version ?? '',
      session: facts?.session ?? { legs: [] },
      uri: '/api/status',
      banner: facts?.banner ?? '',
      config_paths: facts?.config_paths ?? [],
      last_error: facts?.last_error ?? null,
      server_version: facts?.server_version ?? '',
      web_addr: facts?.web_addr ?? '',
      configuration: facts?.configuration ?? {},
      usage: this.usage(),
    }
  }
}
