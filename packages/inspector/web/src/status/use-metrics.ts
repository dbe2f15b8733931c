import { useEffect, useState } from 'react'
import type { Metrics, Tunnel } from '../../../src/contract.ts'
import { listTunnels, readMetrics } from '../api/agent.ts'

const EVERY_MS = 2_000
/** Samples that the charts show: ten minutes of them. */
export const MAX_SAMPLES = 300

/** What happened between two readings, for the charts. */
export interface Sample {
  readonly atMs: number
  readonly connectionsPerSecond: number
  readonly requestsPerSecond: number
  readonly openConnections: number
}

export interface MetricsState {
  readonly metrics: Metrics | undefined
  readonly tunnels: readonly Tunnel[]
  readonly samples: readonly Sample[]
  readonly error: string | undefined
}

/** Reads the numbers again and again while the page is looked at. */
export function useMetrics(): MetricsState {
  const [state, setState] = useState<MetricsState>({ metrics: undefined, tunnels: [], samples: [], error: undefined })
  useEffect(() => {
    const reading = new AbortController()
    const { signal } = reading
    let last: { atMs: number; metrics: Metrics } | undefined
    const read = async (): Promise<void> => {
      try {
        const [metrics, tunnels] = await Promise.all([readMetrics(signal), listTunnels(signal)])
        const now = { atMs: performance.now(), metrics }
        const sample = sampleOf(last, now)
        last = now
        setState(({ samples }) => ({
          metrics,
          tunnels,
          samples: [...samples, sample].slice(-MAX_SAMPLES),
          error: undefined,
        }))
      } catch (error) {
        if (!signal.aborted) setState((before) => ({ ...before, error: (error as Error).message }))
      }
    }
    void read()
    const timer = setInterval(() => document.visibilityState === 'visible' && void read(), EVERY_MS)
    return () => {
      reading.abort()
      clearInterval(timer)
    }
  }, [])
  return state
}

interface Reading {
  readonly atMs: number
  readonly metrics: Metrics
}

/** The rates since the last reading. The first one has only the gauge. */
export function sampleOf(last: Reading | undefined, now: Reading): Sample {
  const seconds = last ? (now.atMs - last.atMs) / 1_000 : 0
  const rate = (of: 'conns' | 'http'): number =>
    last && seconds > 0 ? Math.max(0, now.metrics.all[of].count - last.metrics.all[of].count) / seconds : 0
  return {
    atMs: now.atMs,
    connectionsPerSecond: rate('conns'),
    requestsPerSecond: rate('http'),
    openConnections: now.metrics.all.conns.gauge,
  }
}
