import type { EndpointMetrics, Metrics } from '../../../src/contract.ts'

/** One row: the name, and the numbers of it. */
interface Row {
  readonly name: string
  readonly metrics: EndpointMetrics
}

const NANOSECONDS = 1e9
const seconds = (nanoseconds: number): string => (nanoseconds / NANOSECONDS).toFixed(2)
const rate = (value: number): string => value.toFixed(2)
const whole = (value: number): string => value.toLocaleString('en')

/** Connections and requests of every endpoint, and of all of them. */
export function MetricsTables({ metrics: { all, endpoints } }: { metrics: Metrics }) {
  const every: Row[] = [...endpoints, { name: 'All', metrics: all }]
  const http: Row[] = [...endpoints.filter(({ url }) => /^https?:/.test(url)), { name: 'All', metrics: all }]
  return (
    <section>
      <h2>Metrics</h2>
      <MetricsTable
        title="Connections"
        columns={['total', 'open', '/sec 1m', '/sec 5m', '/sec 15m']}
        rows={every}
        cells={({ conns }) => [
          whole(conns.count),
          whole(conns.gauge),
          rate(conns.rate1),
          rate(conns.rate5),
          rate(conns.rate15),
        ]}
      />
      <MetricsTable
        title="Connection Durations (in seconds)"
        columns={['50%', '90%', '95%', '99%']}
        rows={every}
        cells={({ conns }) => [conns.p50, conns.p90, conns.p95, conns.p99].map(seconds)}
      />
      <MetricsTable
        title="HTTP Requests"
        columns={['total', '/sec 1m', '/sec 5m', '/sec 15m']}
        rows={http}
        cells={(one) => [whole(one.http.count), rate(one.http.rate1), rate(one.http.rate5), rate(one.http.rate15)]}
      />
      <MetricsTable
        title="HTTP Response Durations (in seconds)"
        columns={['50%', '90%', '95%', '99%']}
        rows={http}
        cells={(one) => [one.http.p50, one.http.p90, one.http.p95, one.http.p99].map(seconds)}
      />
    </section>
  )
}

interface MetricsTableProps {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  readonly cells: (metrics: EndpointMetrics) => string[]
}

function MetricsTable({ title, columns, rows, cells }: MetricsTableProps) {
  return (
    <section>
      <h3>{title}</h3>
      <div className="metrics-scroll">
        <table className="metrics" aria-label={title}>
          <thead>
            <tr>
              <th scope="col">tunnel</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, metrics }, index) => (
              <tr key={name} data-all={index === rows.length - 1 || undefined}>
                <th scope="row">{name}</th>
                {cells(metrics).map((cell, column) => (
                  <td key={columns[column]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
