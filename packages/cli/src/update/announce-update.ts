import type { AgentConfig } from '@tunnel/agent-config'
import type { AgentLog } from '../log/agent-log.ts'
import type { Surroundings } from '../surroundings.ts'
import { updateSettings } from './update-settings.ts'

const ofUpdater = { obj: 'updater' }

/**
 * Looks for a newer version when the agent starts, and logs it; calls `onNewer` with it. Only where `TUNNEL_UPDATE_URL` names whom to ask and
 * `update_check` does not forbid it: a private network's agent asks nobody by itself. Never rejects.
 */
export async function announceUpdate(
  { update }: AgentConfig,
  surroundings: Pick<Surroundings, 'env'>,
  log: AgentLog,
  signal: AbortSignal,
  onNewer: (version: string) => void = () => {},
): Promise<void> {
  const { url } = updateSettings(surroundings)
  if (url === undefined || !update.check) return
  try {
    const { newestVersion } = await import('./newest-version.ts')
    const version = await newestVersion({ channel: update.channel, url, signal })
    if (version === undefined) return
    log.info('update available', { ...ofUpdater, version })
    onNewer(version)
  } catch (cause) {
    if (!signal.aborted) log.warn('failed to check for update', { ...ofUpdater, err: (cause as Error).message })
  }
}
