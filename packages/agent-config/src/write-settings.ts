import { ConfigFileError, type EditedConfigFile, editConfigFile, setConfigValue } from '@tunnel/config-file'
import { type Document, isMap, isScalar } from 'yaml'
import { hasTunnels, impliedVersion, isSurelyVersion1, type LayoutVersion } from './layout-version.ts'

/** What pairs an agent with an edge. */
export interface ServerPairing {
  /** The edge's agent address, `host:port`. */
  readonly connectUrl: string
  /** `trusted`, `host`, `sha256:<fingerprint of a CA>` or a PEM file. Without it the file's old value goes: it vouched for another edge. */
  readonly connectCas?: string | undefined
  /** Without it the file keeps the one it has. */
  readonly authtoken?: string | undefined
}

/**
 * Saves the authtoken in a settings file of either version and leaves the rest of it as it is; makes the file if there is none.
 * The token is not tried at an edge.
 *
 * Throws `ConfigFileError`: `ERR_CONFIG_INVALID` for a file that is not sound YAML, has a version we do not know, or a token
 * with spaces or control characters in it; `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_TOO_LARGE`, `ERR_CONFIG_UNWRITABLE`.
 */
export const addAuthtoken = (path: string, token: string): Promise<EditedConfigFile> =>
  writeSettings(path, { authtoken: token })

/** Saves the key of the REST API; otherwise like {@link addAuthtoken}. */
export const addApiKey = (path: string, key: string): Promise<EditedConfigFile> => writeSettings(path, { api_key: key })

/** Saves whom to connect to, whom to trust and the credential; otherwise like {@link addAuthtoken}. */
export const addServer = (path: string, pairing: ServerPairing): Promise<EditedConfigFile> => {
  const { connectUrl, connectCas, authtoken } = pairing
  return writeSettings(path, {
    connect_url: connectUrl,
    connect_cas: connectCas,
    ...(authtoken === undefined ? {} : { authtoken }),
  })
}

/** Names of version 3 that version 2 calls otherwise. */
export const version2Names: Readonly<Record<string, string>> = { connect_url: 'server_addr', connect_cas: 'root_cas' }

/** `undefined` takes a setting out of the file. */
const writeSettings = async (
  path: string,
  settings: Readonly<Record<string, string | undefined>>,
): Promise<EditedConfigFile> => {
  for (const [name, value] of Object.entries(settings)) assertOneWord(path, name, value)
  return editConfigFile(path, (document) => {
    const version = ensureVersion(document)
    for (const [name, value] of Object.entries(settings)) {
      const key: [string, ...string[]] = version === 3 ? ['agent', name] : [version2Names[name] ?? name]
      if (value !== undefined) setConfigValue(document, key, value)
      else if (document.hasIn(key)) document.deleteIn(key)
    }
  })
}

/** A pasted value that brought its line end or half a sentence along would fail much later, and far away. */
const assertOneWord = (path: string, name: string, value: string | undefined): void => {
  if (value === undefined || (name === 'connect_cas' && /^[^\p{Cc}]+$/u.test(value))) return
  if (value.length > 4_096) {
    throw new ConfigFileError(
      'ERR_CONFIG_INVALID',
      `${path}: ${name} has ${value.length} characters, the maximum is 4096`,
    )
  }
  if (!/^[\x21-\x7e]+$/.test(value)) {
    const message = `${path}: ${name} must be one word of printable ASCII characters`
    throw new ConfigFileError('ERR_CONFIG_INVALID', message)
  }
}

/** The version of the layout. A file without one gets the one it looks like as its first key, if it means the same with it. */
const ensureVersion = (document: Document): LayoutVersion => {
  const version: unknown = document.get('version')
  if (version !== undefined && version !== null) {
    if (['2', '3'].includes(String(version))) return Number(version) as 2 | 3
    throw new ConfigFileError('ERR_CONFIG_INVALID', `version ${String(version)} is neither 2 nor 3`)
  }
  const data = plainData(document)
  const implied = impliedVersion(data) ?? 3
  // With a version 2 before them, tunnels of version 1 would lose a scheme.
  if (implied === 1 && (isSurelyVersion1(data) || hasTunnels(data))) return 1
  const written = implied === 3 ? 3 : 2
  putFirst(document, 'version', written)
  return written
}

/** What a document says, without its layout. */
export const plainData = (document: Document): unknown => {
  try {
    return document.toJS()
  } catch (cause) {
    throw new ConfigFileError('ERR_CONFIG_INVALID', 'aliases stand for too many values', { cause })
  }
}

/** Sets a key and makes it the first of the file. */
export const putFirst = (document: Document, key: string, value: unknown): void => {
  setConfigValue(document, [key], value)
  if (!isMap(document.contents)) return
  const { items } = document.contents
  const at = items.findIndex((pair) => (isScalar(pair.key) ? pair.key.value : pair.key) === key)
  items.unshift(...items.splice(at, 1))
}
