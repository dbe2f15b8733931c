import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Most packages that are looked at: a bound on a broken installation, not on a sound one. */
export const MAX_PACKAGES = 1_000
/** Most of a licence's text that is shown, in characters. */
export const MAX_LICENCE_CHARACTERS = 100_000

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** An SPDX expression, or what the package says instead. */
  readonly licence: string
  readonly author: string | undefined
  /** The text of its licence file; `undefined` where it has none. */
  readonly text: string | undefined
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string | { readonly type?: string }
  readonly author?: string | { readonly name?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The package at `directory` and all that it runs on, as they are installed, by name. Packages that are not installed are left out. */
export function installedPackages(directory: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const waiting = [realpathSync(directory)]
  for (let next = waiting.pop(); next !== undefined && found.size < MAX_PACKAGES; next = waiting.pop()) {
    const manifest = manifestIn(next)
    if (!manifest?.name || found.has(next)) continue
    found.set(next, described(manifest, next))
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    for (const name of needs) waiting.push(...directoryOf(name, next))
  }
  const key = ({ name, version }: InstalledPackage): string => `${name}@${version}`
  const unique = new Map([...found.values()].map((one) => [key(one), one]))
  return [...unique.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** What `tunnel credits` said when all that it runs on was made one package. */
export function writtenCredits(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'CREDITS.txt'), 'utf8').trimEnd()
  } catch {
    return undefined
  }
}

/** Where Node would find a package from a directory. */
function directoryOf(name: string, from: string): string[] {
  for (let directory = from; ; directory = dirname(directory)) {
    try {
      return [realpathSync(join(directory, 'node_modules', name))]
    } catch {}
    if (directory === dirname(directory)) return []
  }
}

function manifestIn(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  } catch {
    return undefined
  }
}

function described({ name = '', version = '', license, author }: Manifest, directory: string): InstalledPackage {
  return {
    name,
    version,
    licence: (typeof license === 'object' ? license.type : license) ?? 'licence not stated',
    author: typeof author === 'object' ? author.name : author,
    text: licenceText(directory),
  }
}

function licenceText(directory: string): string | undefined {
  try {
    const file = readdirSync(directory).find((entry) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(entry))
    return file && readFileSync(join(directory, file), 'utf8').slice(0, MAX_LICENCE_CHARACTERS).trim()
  } catch {
    return undefined
  }
}
