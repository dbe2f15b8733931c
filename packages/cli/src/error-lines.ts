import type { TunnelError } from '@tunnel/agent-core'
import { CliError } from './cli-error.ts'
import { printable } from './printable.ts'

/** What a failed command writes to stderr. A numbered error ends in its number, after an empty line. */
export function errorLines(cause: unknown): string {
  const lines = messageOf(cause).split(/\r?\n/)
  if (isTunnelError(cause)) lines.push(...adviceFor(cause), '', cause.code)
  return lines.map((line) => `${`ERROR:  ${printable(line)}`}\n`).join('')
}

export function warningLine(text: string): string {
  return `WARN:   ${printable(text)}\n`
}

/** By its code: two copies of the package may be about, and this one is not loaded for `tunnel help`. */
export function isTunnelError(cause: unknown): cause is TunnelError {
  return cause instanceof Error && /^ERR_TUNNEL_\d+$/.test(String((cause as Partial<TunnelError>).code))
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return `internal error: ${String(cause)}`
  if (cause instanceof CliError || isTunnelError(cause) || cause.name === 'ConfigFileError') return cause.message
  return `internal error: ${cause.stack ?? cause.message}`
}

const newAuthtoken = 'Save an authtoken of this edge: tunnel config add-authtoken TOKEN'
const newPairing = 'Pair with the edge again: tunnel config add-server CONNECTION_STRING'

const advice: Readonly<Record<string, string>> = {
  ERR_TUNNEL_105: newAuthtoken,
  ERR_TUNNEL_106: newAuthtoken,
  ERR_TUNNEL_107: newAuthtoken,
  ERR_TUNNEL_4018: newAuthtoken,
  ERR_TUNNEL_8003: newPairing,
}

function adviceFor({ code }: TunnelError): string[] {
  const line = advice[code]
  return line === undefined ? [] : [line]
}
