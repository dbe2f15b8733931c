import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { runCli, type Surroundings } from '../src/index.ts'
import { FakeEdge } from './fake-edge.ts'

/** A connection string with the token {@link TOKEN}. */
export const CONNECT = `tunnel://secret-token@edge.example:443?ca=sha256:${'ab'.repeat(32)}`
export const TOKEN = 'secret-token'

export interface StartOptions {
  readonly env?: Record<string, string>
  readonly edge?: FakeEdge
  readonly home?: string
  /** As if there were an IPC channel. */
  readonly withParent?: boolean
  readonly isTTY?: boolean
}

const homes: string[] = []
const running = new Set<RunningCommand>()

/** An empty home directory that is gone after the test. */
export function createHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'tunnel-cli-'))
  homes.push(home)
  return home
}

/** A command that runs in this process, with everything it touches in reach of the test. */
export class RunningCommand {
  readonly stdout: CollectedOutput
  readonly stderr = new CollectedOutput()
  readonly edge: FakeEdge
  readonly home: string
  /** What the parent process was told. */
  readonly messages: unknown[] = []
  readonly exitCode: Promise<number>
  readonly #world = new EventEmitter<{ signal: [string]; disconnect: [] }>()

  constructor(argv: readonly string[], options: StartOptions = {}) {
    this.edge = options.edge ?? new FakeEdge()
    this.home = options.home ?? createHome()
    this.stdout = new CollectedOutput(options.isTTY)
    const surroundings: Surroundings = {
      argv,
      env: options.env ?? { TUNNEL_CONNECT: CONNECT },
      platform: 'linux',
      homedir: this.home,
      stdout: this.stdout,
      stderr: this.stderr,
      connect: this.edge.connect,
      now: () => new Date('2026-11-21T09:06:27Z'),
      onSignal: (listener) => {
        this.#world.on('signal', listener)
        return () => this.#world.off('signal', listener)
      },
      ...(options.withParent && {
        parent: {
          send: (message) => this.messages.push(message),
          onDisconnect: (listener) => this.#world.once('disconnect', listener),
        },
      }),
    }
    running.add(this)
    this.exitCode = runCli(surroundings).finally(() => running.delete(this))
  }

  signal(name: 'SIGINT' | 'SIGTERM'): void {
    this.#world.emit('signal', name)
  }

  /** Whether a signal would be heard. */
  get listensToSignals(): boolean {
    return this.#world.listenerCount('signal') > 0
  }

  leaveParent(): void {
    this.#world.emit('disconnect')
  }

  /** Resolves when everything is online. */
  async online(): Promise<this> {
    await this.stdout.until('Ctrl+C to quit')
    return this
  }
}

/** Runs a command that ends by itself. */
export async function run(argv: readonly string[], options?: StartOptions) {
  const command = new RunningCommand(argv, options)
  const exitCode = await command.exitCode
  return { exitCode, stdout: command.stdout.text, stderr: command.stderr.text, command }
}

export class CollectedOutput {
  text = ''
  readonly isTTY: boolean
  readonly columns = 100
  readonly #written = new EventEmitter()

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
    this.#written.emit('text')
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }

  async until(part: string): Promise<void> {
    while (!this.text.includes(part)) await new Promise((resolve) => this.#written.once('text', resolve))
  }
}

afterEach(async () => {
  for (const command of running) {
    command.signal('SIGTERM')
    command.signal('SIGTERM')
  }
  await Promise.all([...running].map((command) => command.exitCode))
  for (const home of homes.splice(0)) rmSync(home, { recursive: true })
})
