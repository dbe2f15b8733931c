/**
 * The `tunnel` command as a function: everything it reads, writes and listens to comes in as one argument.
 *
 * ```ts
 * process.exitCode = await runCli(processSurroundings(process))
 * ```
 *
 * @packageDocumentation
 */
export { processSurroundings } from './process-surroundings.ts'
export { runCli } from './run-cli.ts'
export type { ParentProcess, Surroundings, TextOutput } from './surroundings.ts'
export { CLI_VERSION } from './version.ts'
