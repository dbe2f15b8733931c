import type { Surroundings } from './surroundings.ts'
import { versionText } from './version.ts'

/**
 * Runs one command to its end; `http` and `tcp` end when somebody asks them to. Resolves to the exit code: 0, or 1 after
 * `ERROR:` lines on stderr. Never rejects. The caller ends the process: an open connection to a service would keep it.
 */
export async function runCli(surroundings: Surroundings): Promise<number> {
  const { argv, stdout } = surroundings
  const [first = '', ...rest] = argv
  // Scripts ask for the version, and shells while somebody types: neither waits for what it does not need.
  if (rest.length === 0 && ['version', '--version', '-v'].includes(first)) {
    stdout.write(`${versionText}\n`)
    return 0
  }
  if (first === '__complete') {
    const { completeWords } = await import('./completion/complete-words.ts')
    await completeWords(surroundings, rest)
    return 0
  }
  const { runCommandLine } = await import('./run-command-line.ts')
  return runCommandLine(surroundings)
}
