import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'

/** How many entries of a directory are listed at most; a page of more is of no use to anybody. */
export const MAX_LISTED_ENTRIES = 10_000

export interface Listing {
  /** Directories first, then by name; a directory ends in a slash. */
  readonly names: readonly string[]
  /** There are more. */
  readonly isCut: boolean
}

export async function listDirectory(path: string, maxEntries: number = MAX_LISTED_ENTRIES): Promise<Listing> {
  const entries: Dirent[] = []
  let isCut = false
  for await (const entry of await opendir(path)) {
    isCut = entries.length >= maxEntries
    if (isCut) break
    entries.push(entry)
  }
  const names = entries.sort(byKindAndName).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
  return { names, isCut }
}

function byKindAndName(one: Dirent, other: Dirent): number {
  if (one.isDirectory() !== other.isDirectory()) return one.isDirectory() ? -1 : 1
  return one.name < other.name ? -1 : 1
}
