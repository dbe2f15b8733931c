import { editConfigText } from '@tunnel/config-file'
import { isMap } from 'yaml'
import { upgradeConfigText } from '../upgrade/upgrade-config-text.ts'
import { plainData } from '../write-settings.ts'
import type { ImportedConfig, NotCarried, WrittenEndpoint } from './imported-config.ts'

/** Settings that belong to ngrok's service and would lead there, or give its credentials to another edge. */
const ofTheService = ['authtoken', 'api_key', 'connect_url', 'connect_cas', 'crl_url', 'region']

/**
 * Takes over a file of ngrok of any version, as {@link upgradeConfigText} would have it. Throws `ConfigFileError` with `ERR_CONFIG_INVALID`, also for
 * one with labeled tunnels, which version 3 has not.
 */
export const importNgrok = (text: string, file: string): ImportedConfig => {
  const { text: upgraded, notes } = upgradeConfigText(text, { file, target: 3 })
  const data = dataOf(upgraded, file)
  const settings = { ...data.agent }
  const notCarried: NotCarried[] = ofTheService.flatMap((key) => {
    if ((settings[key] ?? null) === null) return []
    const isDefault = settings[key] === 'trusted'
    delete settings[key]
    return isDefault ? [] : [{ key, why: 'it is of ngrok: pair with an edge by tunnel config add-server' }]
  })
  notCarried.push(...notes.filter((note) => note.includes(' was dropped: ')).map(noteAsKey))
  return { settings, endpoints: data.endpoints ?? [], tunnels: data.tunnels ?? {}, notCarried }
}

interface Version3 {
  readonly agent?: Record<string, unknown>
  readonly endpoints?: readonly WrittenEndpoint[]
  readonly tunnels?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const dataOf = (text: string, file: string): Version3 => {
  let data: unknown
  editConfigText(
    text,
    (document) => {
      if (isMap(document.contents)) data = plainData(document)
    },
    { file },
  )
  return (data ?? {}) as Version3
}

const noteAsKey = (note: string): NotCarried => {
  const [key = '', why = ''] = note.split(' was dropped: ')
  return { key, why }
}
