import type { Verdict } from './floors.ts'
import { ours } from './peers.ts'
import type { FigureReport, Machine, Report, ScenarioReport } from './report.ts'

export function machineLine({ node, cpu, cores }: Machine): string {
  return `Node ${node}, ${cpu}, ${cores} cores`
}

export function reportText(report: Report): string {
  const scenarios = report.scenarios.map((scenario) => scenarioText(scenario, report))
  return [...scenarios, floorsText(report.floors)].join('\n\n')
}

function scenarioText({ name, title, figures, skipped, failed }: ScenarioReport, report: Report): string {
  const rounds = figures[0]?.samples.length ?? report.rounds
  const pinned = report.pinsFront ? ', fronts on one core' : ''
  const lines = [`${name}: ${title}, rounds: ${rounds} × ${report.seconds} s${pinned}`]
  if (figures.length > 0) {
    const header = ['peer', 'link', 'figure', 'median', 'min–max', `${ours} ÷ peer`]
    lines.push(...alignedRows([header, ...figures.map(figureCells)]))
  }
  lines.push(...skipped.map(({ name, reason }) => `skipped ${name}: ${reason}`))
  lines.push(...failed.map(({ name, reason }) => `FAILED ${name}: ${reason}`))
  return lines.join('\n')
}

function figureCells({ peer, link, metric, unit, median, min, max, ratio }: FigureReport): string[] {
  return [peer, link, `${metric}, ${unit}`, figure(median), `${figure(min)}–${figure(max)}`, ratioText(ratio)]
}

function floorsText(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [verdict.outcome, boundText(verdict), ratioText(verdict.value)])
  return ['floors', ...alignedRows(rows)].join('\n')
}

function boundText({ scenario, metric, bound }: Verdict): string {
  const what = metric === 'rate' ? scenario : `${scenario}, ${metric}`
  if ('atMost' in bound) return `${what} ≤ ${bound.atMost}`
  const { peer, metric: other } = bound.times
  return `${what} ≥ ${bound.atLeast} × ${other === undefined ? peer : other}`
}

function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('   ')}`.trimEnd())
}

/** Three digits of what is small, whole numbers of what is large. */
function figure(value: number): string {
  return value < 100 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString('en-US')
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '–' : ratio.toFixed(2)
}
