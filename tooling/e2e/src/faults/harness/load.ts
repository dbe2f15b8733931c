import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { until } from '../../harness/until.ts'

/** A visitor that was refused does not ask again in the same instant. */
const AFTER_FAILURE_MS = 20

export interface Load {
  /** How often each outcome was seen: `200`, `502 ERR_TUNNEL_3210`, `ECONNREFUSED`, or `cut` for an answer that was begun. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Resolves when `count` more requests were answered 200. */
  untilServed(count: number): Promise<void>
  /** Lets what is under way finish. Resolves to the outcomes other than 200. */
  stop(): Promise<string[]>
}

/** Visitors who ask one thing after the other over kept-alive connections, until told to stop. */
export function startLoad(url: string, visitors = 16): Load {
  const outcomes = new Map<string, number>()
  const agent = new Agent({ keepAlive: true, maxSockets: visitors })
  let stopping = false
  const visit = async (): Promise<void> => {
    while (!stopping) {
      const outcome = await outcomeOf(url, agent)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcome !== '200') await delay(AFTER_FAILURE_MS)
    }
  }
  const visiting = Promise.all(Array.from({ length: visitors }, visit))
  const stop = async (): Promise<string[]> => {
    stopping = true
    await visiting
    agent.destroy()
    return [...outcomes.keys()].filter((outcome) => outcome !== '200')
  }
  onTestFinished(async () => void (await stop()))
  return {
    outcomes,
    stop,
    untilServed: async (count) => {
      const before = outcomes.get('200') ?? 0
      await until(() => (outcomes.get('200') ?? 0) >= before + count, `${count} more answers`, 30_000)
    },
  }
}

function outcomeOf(url: string, agent: Agent): Promise<string> {
  const { host, port } = new URL(url)
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, headers: { host }, agent }, (response) => {
      const code = response.headers['tunnel-error-code']
      response.on('end', () => resolve([response.statusCode, code].filter(Boolean).join(' ')))
      response.on('error', () => resolve('cut'))
      response.resume()
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    outgoing.end()
  })
}

/** `200 × 812, 502 ERR_TUNNEL_3210 × 16`. */
export function shown({ outcomes }: Load): string {
  return [...outcomes].map(([outcome, count]) => `${outcome} × ${count}`).join(', ')
}
