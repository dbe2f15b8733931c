import { ConfigFileError, editConfigText, invalidConfigError, setConfigValue } from '@tunnel/config-file'
import { type Document, isSeq, YAMLSeq } from 'yaml'
import { layoutVersionOf } from '../layout-version.ts'
import { readAgentFile } from '../read-agent-file.ts'
import { plainData, putFirst } from '../write-settings.ts'
import type { ImportedConfig, NotCarried } from './imported-config.ts'

export interface AddedImport {
  readonly text: string
  /** Names of what was added. */
  readonly added: readonly string[]
  readonly notCarried: readonly NotCarried[]
}

/**
 * Adds what was imported to the text of a settings file of version 3, or to an empty one. What the file says already stays as it is:
 * settings and names that it has are not carried.
 *
 * Throws `ConfigFileError` with `ERR_CONFIG_INVALID`: for a file of an older version, and for faults in it or in what was imported.
 */
export const addImported = (text: string, imported: ImportedConfig, file: string): AddedImport => {
  const notCarried = [...imported.notCarried]
  const added: string[] = []
  const edited = editConfigText(
    text,
    (document) => {
      assertVersion3(document)
      const taken = namesIn(document)
      addSettings(document, imported, notCarried)
      const isFree = (name: string): boolean => {
        if (!taken.has(name)) added.push(name)
        else notCarried.push({ key: name, why: 'the name is taken in the configuration file' })
        return !taken.has(name) && Boolean(taken.add(name))
      }
      addEndpoints(
        document,
        imported.endpoints.filter(({ name }) => isFree(String(name))),
      )
      for (const [name, tunnel] of Object.entries(imported.tunnels)) {
        if (isFree(name)) setConfigValue(document, ['tunnels', name], document.createNode(tunnel))
      }
    },
    { file },
  )
  const read = readAgentFile(edited, file)
  if (!read.ok) throw invalidConfigError(read.faults)
  return { text: edited, added, notCarried }
}

const assertVersion3 = (document: Document): void => {
  const version = layoutVersionOf(plainData(document)) ?? 3
  if (version !== 3) {
    const message = `the file is of version ${version}: bring it to version 3 first, by tunnel config upgrade`
    throw new ConfigFileError('ERR_CONFIG_INVALID', message)
  }
  if ((document.get('version') ?? null) === null) putFirst(document, 'version', 3)
}

const namesIn = (document: Document): Set<string> => {
  const { endpoints, tunnels } = plainData(document) as { endpoints?: unknown; tunnels?: object | null }
  const listed = Array.isArray(endpoints) ? endpoints.map((one: { name?: unknown } | null) => String(one?.name)) : []
  return new Set([...listed, ...Object.keys(tunnels ?? {})])
}

const addSettings = (document: Document, { settings }: ImportedConfig, notCarried: NotCarried[]): void => {
  for (const [key, value] of Object.entries(settings)) {
    const own: unknown = document.getIn(['agent', key])
    if ((own ?? null) === null) setConfigValue(document, ['agent', key], document.createNode(value))
    else if (own !== value) notCarried.push({ key, why: 'the configuration file has a value of its own' })
  }
}

const addEndpoints = (document: Document, endpoints: readonly unknown[]): void => {
  if (endpoints.length === 0) return
  const there = document.get('endpoints', true)
  const list = isSeq(there) ? there : new YAMLSeq()
  for (const endpoint of endpoints) list.add(document.createNode(endpoint))
  if (!isSeq(there)) setConfigValue(document, ['endpoints'], list)
}
