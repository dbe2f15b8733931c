import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ServiceCommand } from './service-plan.ts'

/** What managing a service touches of the machine. */
export interface ServiceHost {
  /** The program that is running, and its script where it has one. */
  readonly program: readonly [string, ...string[]]
  /** `undefined` where users have no numbers. */
  readonly userId: number | undefined
  exists(path: string): boolean
  write(path: string, content: Buffer): void
  remove(path: string): void
  /** Resolves when the command has ended. Rejects when there is no such command. */
  run(command: ServiceCommand): Promise<{ readonly code: number; readonly output: string }>
}

export function machineHost(): ServiceHost {
  const script = process.argv[1]
  return {
    program: script === undefined ? [process.execPath] : [process.execPath, realpathSync(script)],
    userId: process.getuid?.(),
    exists: existsSync,
    write: (path, content) => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content, { mode: 0o644 })
    },
    remove: (path) => rmSync(path, { force: true }),
    run: runCommand,
  }
}

function runCommand([program, ...args]: ServiceCommand): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output: output.trimEnd() }))
  })
}
