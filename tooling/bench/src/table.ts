import type { Verdict } from './floors.ts'
import { ours } from './peers.ts'
import type { Machine, PeerReport, Report, ScenarioReport } from './report.ts'

export function machineLine({ node, cpu, cores }: Machine): string {
  return `Node ${node}, ${cpu}, ${cores} cores`
}

export function reportText(report: Report): string {
  const scenarios = report.scenarios.map((scenario) => scenarioText(scenario, report))
  return [...scenarios, floorsText(report.floors)].join('\n\n')
}

function scenarioText({ name, title, unit, peers, skipped, failed }: ScenarioReport, report: Report): string {
  const lines = [`${name}: ${title}, ${unit}, rounds: ${report.rounds} × ${report.seconds} s`]
  if (peers.length > 0) {
    const header = ['peer', 'link', 'median', 'min–max', `${ours} ÷ peer`]
    lines.push(...alignedRows([header, ...peers.map(peerCells)]))
  }
  lines.push(...skipped.map(({ name, reason }) => `skipped ${name}: ${reason}`))
  lines.push(...failed.map(({ name, reason }) => `FAILED ${name}: ${reason}`))
  return lines.join('\n')
}

function peerCells({ name, link, median, min, max, ratio }: PeerReport): string[] {
  return [name, link, rate(median), `${rate(min)}–${rate(max)}`, ratioText(ratio)]
}

function floorsText(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ scenario, against, atLeast, ratio, outcome }) => [
    outcome,
    `${scenario} ≥ ${atLeast} × ${against}`,
    ratioText(ratio),
  ])
  return ['floors', ...alignedRows(rows)].join('\n')
}

function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('   ')}`.trimEnd())
}

function rate(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '–' : ratio.toFixed(2)
}
