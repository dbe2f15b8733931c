import { commandContext } from '../commands/command-context.ts'
import { createProgram } from '../commands/program.ts'
import { namedConfigPaths, readConfig } from '../config-machine.ts'
import { printable } from '../printable.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Candidate, candidatesFor } from './candidates.ts'

/** Says that a path may stand here; no candidate begins with a colon. */
export const FILE_LINE = ':file'

/**
 * `tunnel __complete [--next] -- WORD…`, which the shells' scripts ask: a line for each candidate, its description behind a tab. The last word
 * is completed, or with `--next` an empty one after it. Never fails: without candidates a shell stays silent.
 */
export async function completeWords(surroundings: Surroundings, args: readonly string[]): Promise<void> {
  const end = args.indexOf('--')
  const given = args.slice(end + 1)
  const words = args.slice(0, Math.max(end, 0)).includes('--next') ? [...given, ''] : given
  const program = createProgram(commandContext(surroundings))
  const found = await candidatesFor(program, words, (configs) => definedNames(surroundings, configs))
  const lines = found.words.map(({ value, about }) => `${printable(value)}\t${printable(about)}`)
  for (const line of found.files ? [...lines, FILE_LINE] : lines) surroundings.stdout.write(`${line}\n`)
}

async function definedNames(surroundings: Surroundings, flags: readonly string[]): Promise<readonly Candidate[]> {
  try {
    const { endpoints, tunnels } = await readConfig(surroundings, { configs: namedConfigPaths(surroundings, flags) })
    const names = [...endpoints.map(({ name }) => name), ...tunnels.keys()]
    return names.map((value) => ({ value, about: 'endpoint' }))
  } catch {
    // What is wrong with a file is said when it is used.
    return []
  }
}
