import type { Verdict } from './flatness.ts'
import type { Gauge, Row } from './sampler.ts'

const widthOf = ({ name, unit }: Gauge): number => Math.max(`${name} ${unit}`.trim().length, 6)

export function headerLine(gauges: readonly Gauge[]): string {
  return [
    '     s',
    ...gauges.map((gauge) => `${gauge.name} ${gauge.unit}`.trim().padStart(widthOf(gauge))),
    'visits',
  ].join('  ')
}

export function rowLine(gauges: readonly Gauge[], { atSeconds, values }: Row, visits: number): string {
  const cells = gauges.map((gauge, index) => (values[index] as number).toFixed(0).padStart(widthOf(gauge)))
  return [atSeconds.toFixed(0).padStart(6), ...cells, String(visits).padStart(6)].join('  ')
}

export function verdictLine({ quantity, mean, perMinute, growth, tolerated, isFlat }: Verdict): string {
  const { name, unit } = quantity
  return (
    `${isFlat ? 'flat  ' : 'GROWS '} ${name}: ${signed(perMinute)} ${unit}/min around ${mean.toFixed(1)}; ` +
    `${signed(growth)} over the time, tolerated ${tolerated.toFixed(1)}`
  ).replaceAll('  /', ' /')
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}
