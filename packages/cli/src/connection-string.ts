import { parseConnectionString } from '@tunnel/agent-core'

/** The parts of a connection string under the names of the settings they become. */
export interface Pairing {
  /** `host:port` */
  readonly connectUrl: string
  /** `sha256:HEX`, or none where the host's roots are trusted. */
  readonly connectCas: string | undefined
  readonly authtoken: string | undefined
}

/** Throws `TunnelError` 9034, which never holds the text: there is an authtoken in it. */
export function pairingFrom(text: string): Pairing {
  const { host, port, caFingerprint, authtoken } = parseConnectionString(text)
  return {
    connectUrl: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    connectCas: caFingerprint === undefined ? undefined : `sha256:${caFingerprint}`,
    authtoken,
  }
}

/** Whether it brings its own authtoken; of several, separated by commas, whether each does. */
export function hasAuthtoken(connectionStrings: string): boolean {
  return connectionStrings
    .split(',')
    .every((text) => isConnectionString(text) && pairingFrom(text).authtoken !== undefined)
}

export function isConnectionString(text: string): boolean {
  return /^tunnel:\/\//i.test(text.trim())
}
