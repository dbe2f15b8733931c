import { CliError } from '../cli-error.ts'
import type { Flag } from './flag.ts'

export const diagnoseFlags: readonly Flag[] = [
  { name: 'ipv6', short: '6', about: 'Try every IPv6 address of the edge by itself, too.' },
  { name: 'ipv4', short: '4', about: 'Try every IPv4 address of the edge by itself, too.' },
  {
    name: 'region',
    short: 'r',
    value: 'names',
    isList: true,
    about: 'Of several edges, those in these regions; all writes a report as well.',
  },
  { name: 'regions', value: 'names', isList: true, standing: { kind: 'deprecated', warning: 'use --region' } },
  { name: 'internet', value: 'host:port', parse: hostAndPort, about: 'Try this address of the internet first.' },
  { name: 'json', about: 'Print the report instead, as JSON.' },
  { name: 'write-report', short: 'w', value: 'path', about: 'Write the report, as JSON.' },
  { name: 'verbose', about: 'Say what was found, and how long it took.' },
  { name: 'connect', value: 'string', about: 'Connection string of the edge, instead of the configured one.' },
  { name: 'authtoken', value: 'token', about: 'Authtoken, instead of the configured one.' },
]

export interface DiagnoseFlags {
  readonly ipv4?: boolean
  readonly ipv6?: boolean
  readonly region?: readonly string[]
  readonly internet?: { readonly host: string; readonly port: number }
  readonly json?: boolean
  readonly writeReport?: string
  readonly verbose?: boolean
  readonly connect?: string
  readonly authtoken?: string
}

function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text)
  const port = Number(match?.[2] ?? 443)
  if (match && port >= 1 && port <= 65_535) return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port }
  throw new CliError('ERR_CLI_USAGE', `--internet is host or host:port, not ${JSON.stringify(text.slice(0, 100))}`)
}
