import type { Metric, Registry } from 'prom-client'
import type { BucketCounts } from './bucket-counts.ts'

export interface MetricValue {
  readonly value: number
  readonly labels?: Readonly<Record<string, string | number>>
  /** @default the metric's own */
  readonly metricName?: string
}

/** A number that is counted elsewhere, or a list of such with their labels. */
type Read = () => number | Iterable<MetricValue>

export interface ReadMetrics {
  counter(name: string, help: string, read: Read): void
  gauge(name: string, help: string, read: Read): void
  histogram(name: string, help: string, counts: BucketCounts): void
}

/**
 * Registers metrics whose numbers stay where they are counted and are read at a scrape. prom-client's own keep a map of labels that each
 * increment looks up, which is dear on the way of a request.
 */
export function readMetrics(registry: Registry): ReadMetrics {
  const register = (name: string, help: string, type: string, read: () => Iterable<MetricValue>): void => {
    const metric = { name, help, type, get: async () => ({ name, help, type, aggregator: 'sum', values: [...read()] }) }
    // All that a registry does with a metric is to ask for its name and what `get` resolves to.
    registry.registerMetric(metric as unknown as Metric)
  }
  const plain = (read: Read) => (): Iterable<MetricValue> => {
    const value = read()
    return typeof value === 'number' ? [{ value }] : value
  }
  return {
    counter: (name, help, read) => register(name, help, 'counter', plain(read)),
    gauge: (name, help, read) => register(name, help, 'gauge', plain(read)),
    histogram: (name, help, counts) => register(name, help, 'histogram', () => bucketValues(name, counts)),
  }
}

function* bucketValues(name: string, { bounds, counts, sum }: BucketCounts): Iterable<MetricValue> {
  let total = 0
  for (const [at, bound] of bounds.entries()) {
    total += counts[at] as number
    yield { metricName: `${name}_bucket`, labels: { le: bound }, value: total }
  }
  total += counts[bounds.length] as number
  yield { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: total }
  yield { metricName: `${name}_sum`, value: sum }
  yield { metricName: `${name}_count`, value: total }
}
