import { fileURLToPath } from 'node:url'
import { measurePacedLatency } from '../h2load.ts'
import type { Scenario } from '../scenario.ts'
import { runWrk } from '../wrk.ts'
import { bulkPath, startBulkUpstream } from './bulk-upstream.ts'

const bulkLoad = fileURLToPath(new URL('../programs/bulk-load.js', import.meta.url))
const downloads = 4
const connections = 4
const connectionsToTheFull = 64

export const fairness: Scenario = {
  name: 'fairness',
  title: `latency of small requests, less is better: ${connections} clients beside ${downloads} downloads; at half of the full rate`,
  metrics: [
    { name: 'p50 beside bulk', unit: 'ms' },
    { name: 'p99 beside bulk', unit: 'ms' },
    { name: 'p50 at half', unit: 'ms' },
    { name: 'p99 at half', unit: 'ms' },
  ],
  needs: ['wrk', 'h2load', 'nginx'],
  peers: ['tunnel', 'nginx', 'ssh', 'frp'],
  startUpstream: startBulkUpstream,
  async measure(target, seconds, children, signal) {
    const load = children.start([
      process.execPath,
      bulkLoad,
      ...[target.port, target.host, bulkPath, downloads].map(String),
    ])
    const loaded = await runWrk(target, connections, seconds, children, signal)
    if (load.ended) throw load.failure()
    await children.end(load)
    const full = await runWrk(target, connectionsToTheFull, 1, children, signal)
    const half = await measurePacedLatency(
      target,
      { requestsPerSecond: full.requestsPerSecond / 2, seconds },
      children,
      signal,
    )
    return [loaded.p50, loaded.p99, half.p50, half.p99]
  },
}
