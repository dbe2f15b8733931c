import type { EndpointMetrics } from '../contract/agent.ts'

type Rates = EndpointMetrics['http']

/** All endpoints together: sums, and percentiles weighted by how much each endpoint counted, which is as close as single percentiles allow. */
export function sumOf(all: readonly EndpointMetrics[]): EndpointMetrics {
  const conns = all.map((one) => one.conns)
  return {
    conns: { ...sumRates(conns), gauge: conns.reduce((sum, { gauge }) => sum + gauge, 0) },
    http: sumRates(all.map((one) => one.http)),
  }
}

function sumRates(all: readonly Rates[]): Rates {
  const sum = (name: keyof Rates) => all.reduce((total, rates) => total + rates[name], 0)
  const count = sum('count')
  const weighted = (name: keyof Rates) =>
    count === 0 ? 0 : Math.round(all.reduce((total, rates) => total + rates[name] * rates.count, 0) / count)
  return {
    count,
    rate1: sum('rate1'),
    rate5: sum('rate5'),
    rate15: sum('rate15'),
    p50: weighted('p50'),
    p90: weighted('p90'),
    p95: weighted('p95'),
    p99: weighted('p99'),
  }
}
