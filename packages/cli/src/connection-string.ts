import { CliError } from './cli-error.ts'

/** The parts of a connection string under the names of the settings they become. */
export interface Pairing {
  /** `host:port` */
  readonly connectUrl: string
  /** `sha256:HEX`, or none where the host's roots are trusted. */
  readonly connectCas: string | undefined
  readonly authtoken: string | undefined
}

const expected = 'expected tunnel://AUTHTOKEN@host:port?ca=sha256:HEX, as the edge prints it'
const defaultPort = '443'

/** Throws `ERR_CLI_USAGE`. The text is never part of the message: it holds an authtoken. */
export function pairingFrom(text: string): Pairing {
  const url = connectionUrl(text)
  if (!url?.hostname) throw wrong(`this is no connection string; ${expected}`)
  if (url.port === '0') throw wrong('the connection string has port 0, which nobody can reach')
  const ca = url.searchParams.get('ca') ?? undefined
  if (ca !== undefined && !/^sha256:[0-9a-f]{64}$/i.test(ca))
    throw wrong('the ca of the connection string is not sha256: and 64 hex digits')
  return {
    connectUrl: `${url.hostname}:${url.port || defaultPort}`,
    connectCas: ca,
    authtoken: url.username === '' ? undefined : decoded(url.username),
  }
}

/** Whether it brings its own authtoken. */
export function hasAuthtoken(connectionString: string): boolean {
  return Boolean(connectionUrl(connectionString)?.username)
}

export function isConnectionString(text: string): boolean {
  return connectionUrl(text) !== undefined
}

function connectionUrl(text: string): URL | undefined {
  const trimmed = text.trim()
  return /^tunnel:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed) : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('the authtoken of the connection string has a broken percent-encoding')
  }
}

const wrong = (message: string): CliError => new CliError('ERR_CLI_USAGE', message)
