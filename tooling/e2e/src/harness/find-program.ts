import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian keeps servers out of an ordinary user's `PATH`. */
const SERVERS = ['/usr/sbin', '/usr/local/sbin']

/** The path of a program, looked for in `first` before `PATH`; `undefined` where it is not installed. */
export function findProgram(name: string, first: readonly string[] = []): string | undefined {
  return [...first, ...(process.env.PATH ?? '').split(delimiter), ...SERVERS]
    .map((directory) => join(directory, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
