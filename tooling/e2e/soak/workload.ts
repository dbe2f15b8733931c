import type { Site } from './site.ts'
import { downloadLarge, uploadChunked, uploadLarge } from './visitors/bodies.ts'
import { listenToEvents } from './visitors/events.ts'
import { askOverHttp2 } from './visitors/http2.ts'
import { leavingVisitors } from './visitors/leaving.ts'
import { getKeptAlive, getOnce, post } from './visitors/small.ts'
import { talkOverTcp } from './visitors/tcp.ts'
import { talkOverWebSocket } from './visitors/web-socket.ts'

/** One kind of traffic: what a visitor does, how many do it at once, and how long each rests before the next time. */
export interface Kind {
  readonly name: string
  readonly visitors: number
  readonly restMs: number
  /** Rejects when something is not as it should be. */
  visit(site: Site): Promise<void>
}

/** All kinds together keep two cores about half busy, so that there is time to fall behind and to catch up. */
export const workload: readonly Kind[] = [
  { name: 'GET', visitors: 4, restMs: 20, visit: getKeptAlive },
  { name: 'GET, new connection', visitors: 2, restMs: 50, visit: getOnce },
  { name: 'POST', visitors: 2, restMs: 30, visit: post },
  { name: 'chunked upload', visitors: 1, restMs: 200, visit: uploadChunked },
  { name: 'events', visitors: 4, restMs: 100, visit: listenToEvents },
  { name: 'WebSocket', visitors: 3, restMs: 100, visit: talkOverWebSocket },
  { name: 'HTTP/2', visitors: 2, restMs: 200, visit: askOverHttp2 },
  { name: 'large download', visitors: 1, restMs: 5_000, visit: downloadLarge },
  { name: 'large upload', visitors: 1, restMs: 5_000, visit: uploadLarge },
  { name: 'TCP', visitors: 2, restMs: 100, visit: talkOverTcp },
  ...leavingVisitors.map((visit) => ({ name: visit.name, visitors: 1, restMs: 300, visit })),
]
