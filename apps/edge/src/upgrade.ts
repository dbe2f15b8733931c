import { setTimeout as delay } from 'node:timers/promises'
import { runningEdge } from '@tunnel/control-plane'
import type { EdgeSettings } from '@tunnel/edge-config'
import { UPGRADE_TIMEOUT_MS } from './successor.ts'

const CHECK_MS = 50

/** Asks the edge that runs on the data directory to start its successor, and waits until there is one. */
export async function upgrade({ settings: { dataDir } }: { settings: EdgeSettings }): Promise<void> {
  const old = await runningEdge(dataDir)
  if (old === undefined) throw new Error(`no edge runs on ${dataDir}`)
  process.kill(old, 'SIGUSR2')
  const deadline = performance.now() + UPGRADE_TIMEOUT_MS
  for (let now = await runningEdge(dataDir); performance.now() < deadline; now = await runningEdge(dataDir)) {
    if (now === undefined) throw new Error(`the edge ${old} has ended; its log says why`)
    if (now !== old) {
      process.stdout.write(`edge ${now} has taken the place of ${old}, which ends when its connections have\n`)
      return
    }
    await delay(CHECK_MS)
  }
  throw new Error(`the edge ${old} has no successor after ${UPGRADE_TIMEOUT_MS} ms and goes on; its log says why`)
}
