import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { type Lab, NAME } from '../../faults/harness/lab.ts'
import { type RequestSettings, request } from '../../harness/http-request.ts'
import { http2Request, openHttp2 } from '../../harness/http2-client.ts'
import { until } from '../../harness/until.ts'

/** Between two requests: a visitor, and no load. */
const PACE_MS = 10

/** Somebody who keeps asking, on connections that are kept and on new ones, over http, https and HTTP/2. */
export interface HonestVisitor {
  /** Answers that were 200 and whole. */
  readonly served: number
  /** Every other outcome, as `way: outcome`. */
  readonly failures: readonly string[]
  /** The longest wait for an answer since it was last looked at. */
  takeSlowestMs(): number
  /** Resolves when so many more were served, or one was not. */
  untilServed(count: number): Promise<void>
  /** What `look` sees between requests, so many times. */
  atRest<T>(times: number, look: () => T): Promise<T[]>
}

type Way = () => Promise<{ status: number; text: string }>

export async function startHonestVisitor(lab: Lab): Promise<HonestVisitor> {
  const ways = Object.entries(await waysOf(lab))
  const failures: string[] = []
  let served = 0
  let slowestMs = 0
  let stopping = false
  const resting = new Set<() => void>()
  const ask = async (name: string, way: Way): Promise<void> => {
    const startedAt = performance.now()
    const outcome = await way().then(
      ({ status, text }) => (text === 'hello' ? String(status) : `${status} ${JSON.stringify(text.slice(0, 100))}`),
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    )
    slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    if (outcome === '200') served++
    else failures.push(`${name}: ${outcome}`)
  }
  const visiting = (async () => {
    for (let turn = 0; !stopping; turn++) {
      await ask(...(ways[turn % ways.length] as [string, Way]))
      await delay(PACE_MS)
      for (const look of resting) look()
    }
  })()
  onTestFinished(async () => {
    stopping = true
    await visiting
  })
  return {
    failures,
    get served() {
      return served
    },
    takeSlowestMs: () => {
      const ms = slowestMs
      slowestMs = 0
      return ms
    },
    untilServed: async (count) => {
      const [before, failed] = [served, failures.length]
      await until(() => served >= before + count || failures.length > failed, `${count} more answers`, 30_000)
    },
    atRest: async (times, look) => {
      const seen: ReturnType<typeof look>[] = []
      const lookNow = (): void => void seen.push(look())
      resting.add(lookNow)
      await until(() => seen.length >= times, `${times} rests`)
      resting.delete(lookNow)
      return seen
    },
  }
}

async function waysOf(lab: Lab): Promise<Record<string, Way>> {
  const { ca } = lab.edge
  const agents = [
    new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    new HttpsAgent({ keepAlive: true, maxSockets: 1, ca, servername: NAME }),
  ] as const
  onTestFinished(() => {
    for (const agent of agents) agent.destroy()
  })
  const session = await openHttp2(lab.secureUrl, { ca })
  const asking = (url: string, settings: RequestSettings) => () => request(url, { ca, ...settings })
  return {
    'http, kept': asking(lab.url, { agent: agents[0] }),
    'http, new': asking(lab.url, {}),
    'https, kept': asking(lab.secureUrl, { agent: agents[1] }),
    'https, new': asking(lab.secureUrl, {}),
    'HTTP/2': () => http2Request(session, {}),
  }
}
