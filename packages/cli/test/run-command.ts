import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { runCli, type Surroundings } from '../src/index.ts'
import type { ServiceHost } from '../src/service/service-host.ts'
import type { Terminal } from '../src/surroundings.ts'
import { FakeEdge } from './fake-edge.ts'
import { GridTerminal } from './grid-terminal.ts'

/** A connection string with the token {@link TOKEN}. */
export const CONNECT = `tunnel://secret-token@edge.example:443?ca=sha256:${'ab'.repeat(32)}`
export const TOKEN = 'secret-token'

export interface StartOptions {
  readonly env?: Record<string, string>
  readonly edge?: FakeEdge
  readonly home?: string
  /** As if there were an IPC channel. */
  readonly withParent?: boolean
  /** Whether stdout is a terminal: one that cannot move its cursor. @default true */
  readonly isTTY?: boolean
  readonly platform?: NodeJS.Platform
  readonly serviceHost?: ServiceHost
  /** @default no web interface */
  readonly serveInspector?: Surroundings['serveInspector']
  /** A terminal that can: stdout is it. */
  readonly terminal?: FakeTerminal
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
    this.stdout = options.terminal ?? new CollectedOutput(options.isTTY ?? true)
    const surroundings: Surroundings = {
      argv,
      env: { TERM: options.terminal ? 'xterm' : 'dumb', ...(options.env ?? { TUNNEL_CONNECT: CONNECT }) },
      platform: options.platform ?? 'linux',
      homedir: this.home,
      stdout: this.stdout,
      stderr: this.stderr,
      terminal: options.terminal,
      serviceHost: options.serviceHost,
      connect: this.edge.connect,
      serveInspector: options.serveInspector ?? false,
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
  get columns(): number {
    return 100
  }
  readonly #written = new EventEmitter()

  constructor(isTTY = true) {
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
    await this.when(() => this.text.includes(part))
  }

  async when(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise((resolve) => this.#written.once('text', resolve))
  }
}

/** A terminal with a screen, whose keys and size are the test's. */
export class FakeTerminal extends CollectedOutput implements Terminal {
  readonly grid: GridTerminal
  readonly #events = new EventEmitter<{ keys: [string]; resize: []; exit: [] }>()

  constructor(columns = 80, rows = 24, isTTY = true) {
    super(isTTY)
    this.grid = new GridTerminal(columns, rows)
  }

  override get columns(): number {
    return this.grid.columns
  }

  get rows(): number {
    return this.grid.rows
  }

  override write(text: string): void {
    this.grid.write(text)
    super.write(text)
  }

  /** Resolves when the screen shows `part`. */
  async shows(part: string): Promise<void> {
    await this.when(() => this.grid.text.includes(part))
  }

  press(keys: string): void {
    this.#events.emit('keys', keys)
  }

  resize(columns: number, rows: number): void {
    this.grid.resize(columns, rows)
    this.#events.emit('resize')
  }

  /** As if the process came to its end. */
  exit(): void {
    this.#events.emit('exit')
  }

  /** Whether anybody still listens. */
  get isWatched(): boolean {
    return this.#events.eventNames().length > 0
  }

  readonly readKeys = (listener: (keys: string) => void) => this.#on('keys', listener)
  readonly onResize = (listener: () => void) => this.#on('resize', listener)
  readonly onExit = (listener: () => void) => this.#on('exit', listener)

  #on(event: 'keys' | 'resize' | 'exit', listener: (keys: string) => void): () => void {
    this.#events.on(event, listener)
    return () => void this.#events.off(event, listener)
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
