import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { within } from './until.ts'

const running = new Set<ChildProcess>()

// Also when the test runner is told to stop in the middle.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program that is gone when the test is. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
  running.add(child)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', () => running.delete(child))
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await gone
  })
  return child
}

/** Runs a program to its end. Resolves to what it printed; rejects with its stderr when it failed. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { input?: Buffer; env?: NodeJS.ProcessEnv; deadlineMs?: number } = {},
): Promise<Buffer> {
  const child = start(command, args, options.env ? { env: options.env } : {})
  const { stdin, stdout, stderr } = child as ChildProcess & { stdin: NodeJS.WritableStream }
  stdin.on('error', () => {})
  stdin.end(options.input)
  const output = Promise.all([
    buffer(stdout as NodeJS.ReadableStream),
    text(stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ])
  const [printed, complaint, [code]] = await within(output, `${command} to end`, options.deadlineMs ?? 20_000)
  if (code !== 0) throw new Error(`${command} exited with ${code}: ${complaint}`)
  return printed
}

/** The resident memory of a process, in bytes. Only where there is /proc. */
export async function residentBytes(child: ChildProcess): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}
