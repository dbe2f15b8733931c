import { STATUS_CODES } from 'node:http'
import type { RequestSummary } from '@tunnel/agent-core'
import type { ShownRequest } from './console-view.ts'
import { column, type Style, type StyledLine, span } from './styled-line.ts'

const METHOD_COLUMNS = 8
const STATUS_COLUMNS = { wide: 26, medium: 18, narrow: 4 }
const DURATION_COLUMNS = 9
const WIDE = 100
/** Below this, the status is its number alone. */
const NARROW = 80
/** Below this, the time of day has no milliseconds and no zone. */
const SHORT_TIME = 70

/** `15:41:00.004 EAT POST    /webhook      200 OK      12 ms`: the path takes what room there is. The query is not shown: it may hold a secret. */
export function requestLine({ at, summary }: ShownRequest, columns: number): StyledLine {
  const time = columns < SHORT_TIME ? clock(at).slice(0, 8) : `${clock(at)} ${zoneName(at)}`
  const statusColumns = STATUS_COLUMNS[columns < NARROW ? 'narrow' : columns < WIDE ? 'medium' : 'wide']
  const pathColumns = columns - time.length - 1 - METHOD_COLUMNS - 1 - statusColumns - DURATION_COLUMNS
  const path = summary.target.split('?', 1)[0] as string
  const status = columns < NARROW ? statusText(summary).slice(0, 3) : statusText(summary)
  return [
    span(`${time} `, 'dim'),
    column(summary.method, METHOD_COLUMNS),
    column(path, Math.max(1, pathColumns)),
    span(' '),
    column(status, statusColumns, statusStyle(summary)),
    span(durationText(summary).padStart(DURATION_COLUMNS), 'dim'),
  ]
}

function clock(at: Date): string {
  const digits = (number: number, length: number): string => String(number).padStart(length, '0')
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => digits(part, 2))
  return `${parts.join(':')}.${digits(at.getMilliseconds(), 3)}`
}

let zoneFormat: Intl.DateTimeFormat | undefined

/** `CET`, or `GMT+3` where a zone has no name of that kind. */
function zoneName(at: Date): string {
  zoneFormat ??= new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
  return zoneFormat.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

function statusText({ status, reason, failure }: RequestSummary): string {
  if (status !== undefined) return `${status} ${reason || (STATUS_CODES[status] ?? '')}`.trimEnd()
  return failure === undefined ? '' : `--- ${failure}`
}

function statusStyle({ status, failure }: RequestSummary): Style {
  if (status === undefined) return failure === undefined ? 'plain' : 'bad'
  const styles: readonly Style[] = ['plain', 'plain', 'good', 'redirect', 'warn', 'bad']
  return styles[Math.floor(status / 100)] ?? 'plain'
}

function durationText({ durationMs }: RequestSummary): string {
  if (durationMs === undefined) return ''
  return durationMs < 10_000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`
}
