import { ConfigFileError, editConfigText, invalidConfigError } from '@tunnel/config-file'
import type { Document } from 'yaml'
import { impliedVersion, type LayoutVersion } from '../layout-version.ts'
import { readAgentFile } from '../read-agent-file.ts'
import { plainData, putFirst } from '../write-settings.ts'
import { fromVersion1, stateRegion } from './from-version-1.ts'
import { fromVersion2, labeledTunnels } from './from-version-2.ts'

export interface UpgradedConfig {
  readonly text: string
  readonly from: LayoutVersion
  readonly to: LayoutVersion
  /** What changed in a way that the user has to know of, or could not change. */
  readonly notes: readonly string[]
}

/**
 * Brings the text of a settings file to a newer version of the layout, with the same meaning; comments and order stay.
 * Without a `target` it goes as far as the file allows: one with labeled tunnels stays at version 2.
 *
 * Throws `ConfigFileError` with `ERR_CONFIG_INVALID`: for a file with faults, for a target below the file's version, and for a target that
 * cannot hold what the file says.
 */
export const upgradeConfigText = (
  text: string,
  { file, target }: { readonly file: string; readonly target?: 2 | 3 | undefined },
): UpgradedConfig => {
  const before = readAgentFile(text, file)
  let upgraded: Omit<UpgradedConfig, 'text'> | undefined
  const edited = editConfigText(
    text,
    (document) => {
      // The one fault that an upgrade mends is that the version is missing.
      if (before.ok || statedVersion(document) === undefined) upgraded = upgradeDocument(document, target)
    },
    { file },
  )
  if (!upgraded) throw invalidConfigError(before.ok ? [] : before.faults)
  if (before.ok && upgraded.from === upgraded.to) return { ...upgraded, text }
  const after = readAgentFile(edited, file)
  if (!after.ok) throw invalidConfigError(before.ok ? after.faults : before.faults)
  return { ...upgraded, text: edited }
}

const upgradeDocument = (document: Document, target: 2 | 3 | undefined): Omit<UpgradedConfig, 'text'> => {
  const from = statedVersion(document) ?? impliedVersion(plainData(document)) ?? 3
  if (target !== undefined && target < from) throw refused(`version ${from} cannot be turned into the older ${target}`)
  const notes: string[] = []
  const labeled = labeledTunnels(document)
  if (target === 3 && labeled.length > 0) throw refused(`version 3 has no labeled tunnels like ${labeled.join(', ')}`)
  const to = target ?? (labeled.length > 0 ? 2 : 3)
  if (to < 3 && target === undefined) {
    notes.push(`the file stays at version 2: version 3 has no labeled tunnels like ${labeled.join(', ')}`)
  }
  if (from === 1) notes.push(...fromVersion1(document))
  if (from === 1 && to === 2) stateRegion(document)
  if (from < 3 && to === 3) notes.push(...fromVersion2(document))
  if (statedVersion(document) === undefined) putFirst(document, 'version', to)
  return { from, to, notes }
}

const statedVersion = (document: Document): LayoutVersion | undefined => {
  const version: unknown = document.get('version')
  return ['2', '3'].includes(String(version)) ? (Number(version) as 2 | 3) : version ? 3 : undefined
}

const refused = (message: string): ConfigFileError => new ConfigFileError('ERR_CONFIG_INVALID', message)
