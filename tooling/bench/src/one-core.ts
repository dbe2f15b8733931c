import { readFileSync } from 'node:fs'
import type { Command } from './process.ts'
import { findProgram } from './programs.ts'

/**
 * Keeps a program on the first of the cores that we may use, as nginx's `worker_cpu_affinity` and systemd's `CPUAffinity` do.
 * As it is where there is one core, or no `taskset` (util-linux).
 */
export function onOneCore(command: Command): Command {
  const taskset = findProgram('taskset')
  const cores = usableCores()
  const first = /^\d+/.exec(cores)?.[0]
  if (taskset === undefined || first === undefined || first === cores) return command
  const [program, ...args] = command
  return [taskset, '-c', first, findProgram(program) ?? program, ...args]
}

/** As Linux writes it: `0-1`, or `2,5-7`. Nothing on other systems. */
function usableCores(): string {
  try {
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}
