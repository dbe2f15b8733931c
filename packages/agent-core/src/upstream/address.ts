import { TunnelError } from '@tunnel/protocol'
import { directoryOfFileUrl, fileUrlOf } from './file-url.ts'

export type UpstreamScheme = 'http' | 'https' | 'tcp' | 'tls' | 'file'

/** What kind of endpoint an upstream is for: it decides what a bare port means. */
export type UpstreamUse = 'http' | 'tcp' | 'tls'

/** Where an agent forwards to, canonical. */
export interface UpstreamAddress {
  scheme: UpstreamScheme
  /** Name or IP address, IPv6 without brackets; for a unix socket and a directory the path. */
  host: string
  /** 0 for a unix socket and a directory. */
  port: number
  /** As shown to people: `http://localhost:8080`. */
  url: string
  unixSocket: boolean
}

const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * What a user writes after `tunnel http`, `tunnel tcp` or `tunnel tls` → where to connect (reference agent.md §2.1).
 * Throws {@link TunnelError} 9034 with what was given and an example.
 */
export function parseUpstreamAddress(input: string | number, endpoint: UpstreamUse): UpstreamAddress {
  const text = typeof input === 'number' ? `:${input}` : input.trim()
  if (text.startsWith('unix:')) return unixAddress(text, endpoint)
  if (endpoint === 'http') {
    const directory = directoryOfFileUrl(text)
    if (directory) return fileAddress(text, directory)
  }
  const separator = text.indexOf('://')
  const given = separator >= 0 ? text.slice(0, separator).toLowerCase() : undefined
  const givenScheme = given === undefined ? undefined : checkedScheme(given, endpoint, text)
  const { host, port } = splitAuthority(separator >= 0 ? text.slice(separator + 3) : text, text, separator < 0)
  const scheme = givenScheme ?? impliedScheme(endpoint, port)
  if (endpoint !== 'http' && port === undefined)
    throw bad(text, `a ${endpoint} upstream needs a host and a port`, 'localhost:22')
  const address = { host: host || 'localhost', port: port ?? DEFAULT_PORT[scheme] ?? 80 }
  const shown = address.host.includes(':') ? `[${address.host}]` : address.host
  return { scheme, ...address, url: `${scheme}://${shown}:${address.port}`, unixSocket: false }
}

/** 443 means TLS for an http endpoint, on any host, unless a scheme says otherwise. */
function impliedScheme(endpoint: UpstreamUse, port: number | undefined): UpstreamScheme {
  if (endpoint !== 'http') return 'tcp'
  return port === 443 ? 'https' : 'http'
}

function checkedScheme(given: string, endpoint: UpstreamUse, text: string): UpstreamScheme {
  const allowed = endpoint === 'http' ? ['http', 'https', 'file'] : ['tcp', 'tls']
  if (allowed.includes(given)) return given as UpstreamScheme
  throw bad(text, `scheme ${given.slice(0, 20)} is not one of ${allowed.join(', ')}`, `${allowed[0]}://localhost:8080`)
}

function splitAuthority(
  authority: string,
  text: string,
  mayBePort: boolean,
): { host: string; port: number | undefined } {
  const extra = /[/?#@\s]/.exec(authority.replace(/\/$/, ''))
  if (extra) throw bad(text, `${JSON.stringify(extra[0])} is not allowed`, 'localhost:8080')
  const plain = authority.replace(/\/$/, '')
  if (mayBePort && /^\d+$/.test(plain)) return { host: '', port: checkedPort(plain, text) }
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*)(?::([^:]*))?$/.exec(plain)
  if (!match) throw bad(text, 'it is not host:port; an IPv6 address needs brackets', '[::1]:8080')
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
  if (mayBePort && host === '' && match[2] === undefined) throw bad(text, 'it is empty', '8080')
  return { host, port: match[2] === undefined ? undefined : checkedPort(match[2], text) }
}

function checkedPort(port: string, text: string): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN
  if (number >= 1 && number <= 65535) return number
  throw bad(text, `port ${JSON.stringify(port.slice(0, 20))} is not a number from 1 to 65535`, 'localhost:8080')
}

function unixAddress(text: string, endpoint: UpstreamUse): UpstreamAddress {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
  if (path === '') throw bad(text, 'it has no path', 'unix:/run/app.sock')
  return { scheme: endpoint === 'http' ? 'http' : 'tcp', host: path, port: 0, url: `unix:${path}`, unixSocket: true }
}

function fileAddress(text: string, directory: { path: string } | { wrong: string }): UpstreamAddress {
  if ('wrong' in directory) throw bad(text, directory.wrong, 'file:///srv/www')
  return { scheme: 'file', host: directory.path, port: 0, url: fileUrlOf(directory.path), unixSocket: false }
}

function bad(text: string, why: string, example: string): TunnelError {
  // What precedes an @ may be a password.
  const shown = JSON.stringify(text.replace(/[^/]*@/, '…@').slice(0, 100))
  return new TunnelError(9034, `upstream address ${shown}: ${why}; for example ${example}`)
}
