import { useFeedState } from '../captures/feed-context.ts'
import { Chart } from './chart.tsx'
import { Configuration } from './configuration.tsx'
import { MetricsTables } from './metrics-tables.tsx'
import './status-page.css'
import { StoreUsageBars } from './store-usage.tsx'
import { useMetrics } from './use-metrics.ts'

const perSecond = (value: number): string => `${value.toFixed(2)}/s`

/** The configuration of the running agent, and its numbers. */
export default function StatusPage() {
  const { status, usage } = useFeedState()
  const { metrics, tunnels, samples, error } = useMetrics()
  return (
    <main className="status" data-scroller>
      <h1>
        {status?.status ?? 'connecting'}
        {status && status.server_version !== '' && ` – server ${status.server_version}`}
      </h1>
      {error && <p className="body-error">{error}</p>}
      {status?.banner && <p className="note">{status.banner}</p>}
      {status?.last_error && <p className="body-error">{`Last error: ${status.last_error}`}</p>}
      <div className="charts">
        <Chart title="HTTP requests" values={samples.map((sample) => sample.requestsPerSecond)} text={perSecond} />
        <Chart title="Connections" values={samples.map((sample) => sample.connectionsPerSecond)} text={perSecond} />
        <Chart title="Open connections" values={samples.map((sample) => sample.openConnections)} text={String} />
        {usage && <StoreUsageBars usage={usage} />}
      </div>
      <div className="status-columns">
        {status && <Configuration tunnels={tunnels} status={status} />}
        {metrics && <MetricsTables metrics={metrics} />}
      </div>
    </main>
  )
}
