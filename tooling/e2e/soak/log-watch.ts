import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const MAX_KEPT_LINES = 20

/** Lines of programs' logs that nobody expects: errors, and whatever is no log line at all. */
export class LogWatch {
  readonly unexpected: string[] = []

  watch(name: string, child: ChildProcess, isExpected: (line: string) => boolean = () => false): void {
    createInterface({ input: child.stderr as Readable }).on('line', (line) => {
      if (!isError(line) || isExpected(line) || this.unexpected.length >= MAX_KEPT_LINES) return
      this.unexpected.push(`${name}: ${line.slice(0, 1000)}`)
    })
  }
}

const ERROR_LEVELS = new Set(['error', 'fatal', 'eror', 'crit'])

/** The edge says `level`, the agent `lvl`. */
function isError(line: string): boolean {
  try {
    const { level, lvl } = JSON.parse(line)
    return ERROR_LEVELS.has(level ?? lvl)
  } catch {
    return true
  }
}
