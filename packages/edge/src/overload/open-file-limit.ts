import { readFileSync } from 'node:fs'

/** How many files, sockets and pipes this process may have open; `undefined` where there is no limit, or nobody who says it. */
export function openFileLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
