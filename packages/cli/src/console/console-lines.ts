import type { MeterReading } from '@tunnel/agent-core'
import type { ConsoleView } from './console-view.ts'
import { requestLine } from './request-line.ts'
import { fitted, lineWidth, type StyledLine, span } from './styled-line.ts'

/** What a line is for: it decides which lines go where not all have room. */
type Rank = 'title' | 'forwarding' | 'status' | 'notice' | 'figures' | 'fact' | 'request' | 'space'

/** What goes first, from below, and how many lines of it stay. Requests give way before the facts do, down to three. */
const dropOrder: readonly (readonly [Rank, number])[] = [
  ['request', 3],
  ['space', 0],
  ['request', 0],
  ['fact', 0],
  ['figures', 0],
  ['notice', 0],
  ['status', 0],
  ['forwarding', 1],
]

interface RankedLine {
  readonly line: StyledLine
  readonly rank: Rank
}

const LABEL_COLUMNS = 30
const LABEL_COLUMNS_NARROW = 18
const NARROW = 80
const FIGURE_COLUMNS = 8
const FIGURE_COLUMNS_NARROW = 7
const HELP = 'c copies the address, q shows it as a QR code'

/** The console as rows: at most `rows`, none wider than `columns`. */
export function consoleLines(view: ConsoleView, columns: number, rows: number): StyledLine[] {
  const lines = [...head(view, columns), ...requests(view, columns, rows)]
  return withoutLeast(lines, rows).map(({ line }) => fitted(line, columns))
}

function head(view: ConsoleView, columns: number): RankedLine[] {
  const field = (rank: Rank, label: string, value: StyledLine): RankedLine => ({
    rank,
    line: [span(label.padEnd(labelColumns(columns))), ...value],
  })
  const fact = (label: string, value: string | undefined): RankedLine[] =>
    value === undefined ? [] : [field('fact', label, [span(value)])]
  return [
    { rank: 'title', line: titleLine(columns) },
    space,
    ...view.banner.map((text): RankedLine => ({ rank: 'fact', line: [span(text, 'warn')] })),
    ...(view.banner.length > 0 ? [space] : []),
    ...statusValues(view.status, columns).map((value, index) =>
      field('status', index === 0 ? 'Session Status' : '', value),
    ),
    ...fact('Account', view.account),
    ...(view.update === undefined ? [] : [field('fact', 'Update', [span(updateText(view.update), 'warn')])]),
    ...fact('Version', view.version),
    ...fact('Region', view.region),
    ...fact('Latency', view.latencyMs === undefined ? '-' : latencyText(view.latencyMs)),
    ...fact('Web Interface', view.webInterface === false ? undefined : view.webInterface),
    ...view.forwardings.flatMap(({ url, upstream }) =>
      inTwoRows([span(url, 'bold')], [span(`-> ${upstream}`)], columns).map((value, index) =>
        field('forwarding', index === 0 ? 'Forwarding' : '', value),
      ),
    ),
    space,
    ...figures(view.connections, columns),
    ...(view.notice === undefined
      ? [{ rank: 'space' as const, line: [span(HELP, 'dim')] }]
      : [{ rank: 'notice' as const, line: [span(view.notice, 'warn')] }]),
  ]
}

function titleLine(columns: number): StyledLine {
  const [name, hint] = ['tunnel', '(Ctrl+C to quit)']
  return [span(name.padEnd(Math.max(name.length + 1, columns - hint.length)), 'bold'), span(hint, 'dim')]
}

function statusValues({ kind, reason }: ConsoleView['status'], columns: number): StyledLine[] {
  const style = kind === 'online' ? 'good' : kind === 'reconnecting' ? 'bad' : 'warn'
  if (reason === undefined) return [[span(kind, style)]]
  return inTwoRows([span(kind, style)], [span(`(${reason})`, style)], columns)
}

/** Two values in one row, or in two where one would cut something off. */
function inTwoRows(one: StyledLine, other: StyledLine, columns: number): StyledLine[] {
  const whole = [...one, span(' '), ...other]
  return labelColumns(columns) + lineWidth(whole) <= columns ? [whole] : [one, other]
}

function figures({ count, open, rate1, rate5, p50Ms, p90Ms }: MeterReading, columns: number): RankedLine[] {
  const width = columns < NARROW ? FIGURE_COLUMNS_NARROW : FIGURE_COLUMNS
  const row = (label: string, values: readonly string[]): RankedLine => {
    const text = label.padEnd(labelColumns(columns)) + values.map((value) => value.padEnd(width)).join('')
    return { rank: 'figures', line: [span(text.trimEnd())] }
  }
  const two = (number: number): string => number.toFixed(2)
  return [
    row('Connections', ['ttl', 'opn', 'rt1', 'rt5', 'p50', 'p90']),
    row('', [String(count), String(open), two(rate1), two(rate5), two(p50Ms / 1000), two(p90Ms / 1000)]),
    space,
  ]
}

function requests({ requests: shown }: ConsoleView, columns: number, rows: number): RankedLine[] {
  if (shown.length === 0) return []
  const title = 'HTTP Requests'
  return [
    space,
    { rank: 'figures', line: [span(title)] },
    { rank: 'space', line: [span('-'.repeat(title.length))] },
    space,
    ...shown.slice(0, rows).map((one): RankedLine => ({ rank: 'request', line: requestLine(one, columns) })),
  ]
}

function withoutLeast(lines: readonly RankedLine[], rows: number): readonly RankedLine[] {
  let left = lines
  for (const [rank, kept] of dropOrder) left = without(left, rank, kept, left.length - rows)
  return left.slice(0, rows)
}

/** The last `tooMany` lines of a rank gone, but never its first `kept`. */
function without(lines: readonly RankedLine[], rank: Rank, kept: number, tooMany: number): readonly RankedLine[] {
  if (tooMany <= 0) return lines
  const indices = lines.flatMap((line, index) => (line.rank === rank ? [index] : []))
  const dropped = new Set(indices.slice(kept).slice(-tooMany))
  return lines.filter((_line, index) => !dropped.has(index))
}

const space: RankedLine = { rank: 'space', line: [] }

const labelColumns = (columns: number): number => (columns < NARROW ? LABEL_COLUMNS_NARROW : LABEL_COLUMNS)

const updateText = (version: string): string => `update available (version ${version}, Ctrl-U to update)`

function latencyText(ms: number): string {
  return ms < 1 ? '<1ms' : ms < 10_000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`
}
