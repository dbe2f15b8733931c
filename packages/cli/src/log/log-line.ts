import { printable } from '../printable.ts'
import { shortTimestamp } from './local-time.ts'

/** A record as pino writes it: `t`, `lvl`, `msg` and fields. */
export type LogRecord = Readonly<Record<string, unknown>>

/** `t=2026-11-21T09:06:27+01:00 lvl=info msg="started tunnel" obj=tunnels url=https://…` */
export function logfmtLine({ t, lvl, msg, ...fields }: LogRecord): string {
  return `${pairs({ t, lvl, msg, ...fields })}\n`
}

/** `INFO[11-21|09:06:27] started tunnel                           obj=tunnels url=https://…`, in colour. */
export function termLine({ t, lvl, msg, ...fields }: LogRecord): string {
  const level = String(lvl)
  const head = `${paint(level.toUpperCase(), level)}[${shortTimestamp(new Date(String(t)))}] `
  const message = printable(String(msg))
  const shown = pairs(fields, (name) => paint(name, level))
  return shown === '' ? `${head}${message}\n` : `${head}${message.padEnd(MESSAGE_WIDTH)} ${shown}\n`
}

const MESSAGE_WIDTH = 40

/** ANSI foreground colours. */
const colors: Readonly<Record<string, number>> = { crit: 35, eror: 31, warn: 33, info: 32, dbug: 36 }

function paint(text: string, level: string): string {
  return `\x1b[${colors[level] ?? 0}m${text}\x1b[0m`
}

function pairs(fields: LogRecord, shownName = (name: string) => name): string {
  return Object.entries(fields)
    .map(([name, value]) => `${shownName(name)}=${logfmtValue(String(value))}`)
    .join(' ')
}

function logfmtValue(text: string): string {
  return /^[^\s"=\p{C}]+$/u.test(text) ? text : JSON.stringify(printable(text))
}
