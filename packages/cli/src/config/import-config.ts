import type { ImportedConfig, NotCarried } from '@tunnel/agent-config/import'
import type { CommandContext } from '../commands/command-context.ts'
import { printable } from '../printable.ts'
import { lineDiff } from './line-diff.ts'
import { shadowing, writtenPath } from './written-path.ts'

export interface ImportOptions {
  readonly from: 'ngrok' | 'frp' | 'cloudflared'
  readonly file: string
  readonly dryRun: boolean
}

/** `config import`: adds what another program's file says to ours, and tells what could not be. Throws `ConfigFileError`. */
export async function importConfig(
  context: CommandContext,
  configs: readonly string[],
  { from, file, dryRun }: ImportOptions,
): Promise<void> {
  const config = await import('@tunnel/agent-config')
  const { addImported, ...readFrom } = await import('@tunnel/agent-config/import')
  const readers = { ngrok: readFrom.importNgrok, frp: readFrom.importFrp, cloudflared: readFrom.importCloudflared }
  const imported = readers[from](config.readConfigText(file), file)
  const path = await writtenPath(context.surroundings, configs)
  const before = await textIfThere(path, config)
  const { text, added, notCarried } = addImported(before ?? '', imported, path)
  if (dryRun) for (const line of lineDiff(before ?? '', text)) context.print(line)
  else await config.writeConfigFile(path, text)
  report(context, { heading: `${dryRun ? 'Would import' : 'Imported'} from ${file} to ${path}:`, imported, added })
  reportNotCarried(context, notCarried)
  const shadowed = dryRun || (await shadowing(context.surroundings, configs, { path, created: before === undefined }))
  if (typeof shadowed === 'string') context.warn(shadowed)
}

type AgentConfigModule = typeof import('@tunnel/agent-config')

async function textIfThere(path: string, { ConfigFileError, readConfigText }: AgentConfigModule) {
  try {
    return readConfigText(path)
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_NOT_FOUND') return undefined
    throw error
  }
}

interface Report {
  readonly heading: string
  readonly imported: ImportedConfig
  readonly added: readonly string[]
}

function report(
  { print }: CommandContext,
  { heading, imported: { endpoints, tunnels, settings }, added }: Report,
): void {
  print(printable(heading))
  for (const { name, url, upstream } of endpoints) {
    if (added.includes(String(name))) print(printable(`  ${name}: ${String(url ?? 'https://')} -> ${upstream.url}`))
  }
  for (const [name, tunnel] of Object.entries(tunnels)) {
    if (added.includes(name)) print(printable(`  ${name}: tunnel -> ${String(tunnel.addr)}`))
  }
  const names = Object.keys(settings)
  if (names.length > 0) print(printable(`  settings: ${names.join(', ')}`))
  if (names.length === 0 && added.length === 0) print('  nothing')
}

function reportNotCarried({ print }: CommandContext, notCarried: readonly NotCarried[]): void {
  if (notCarried.length === 0) return
  print('Not carried over:')
  for (const { key, why } of notCarried) print(printable(`  ${key}: ${why}`))
}
