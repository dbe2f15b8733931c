import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { onOneCore } from './one-core.ts'
import { findProgram } from './programs.ts'

/** How long a child may take to end by itself after SIGTERM before it gets SIGKILL. */
const stopTimeoutMs = 3_000

/** How much of a child's output an error message quotes. */
const maxQuotedChars = 2_000

const alive = new Set<Child>()

/** The last resort, for the `exit` event: nothing asynchronous happens after it. */
export function killEveryChild(): void {
  for (const child of alive) child.signalGroup('SIGKILL')
}

/** `[program, ...arguments]`; the program is looked up as a shell would. */
export type Command = readonly [program: string, ...args: string[]]

export interface SpawnOptions {
  /** Added to a bare environment (PATH and a private HOME), so nobody's own configuration is measured. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

export interface ChildrenOptions {
  /** The program that visitors connect to runs on one core. */
  readonly pinsFront: boolean
}

/** The processes of one peer or upstream, with their files and logs in `dir`. */
export class Children {
  readonly dir: string
  readonly #pinsFront: boolean
  readonly #children = new Set<Child>()
  #logs = 0

  constructor(dir: string, { pinsFront }: ChildrenOptions) {
    this.dir = dir
    this.#pinsFront = pinsFront
  }

  start(command: Command, options: SpawnOptions = {}): Child {
    return this.#start(command[0], command, options)
  }

  /** Starts the program that visitors connect to: on one core with `--pinned`. */
  startFront(command: Command, options: SpawnOptions = {}): Child {
    return this.#start(command[0], this.#pinsFront ? onOneCore(command) : command, options)
  }

  /** Runs a command to its end and returns what it printed. Throws if it fails; an abort stops it. */
  async run(command: Command, signal: AbortSignal, options: SpawnOptions = {}): Promise<string> {
    signal.throwIfAborted()
    const child = this.start(command, options)
    const stop = () => void child.stop()
    signal.addEventListener('abort', stop, { once: true })
    await child.exited
    this.#children.delete(child)
    signal.removeEventListener('abort', stop)
    signal.throwIfAborted()
    if (child.failed) throw child.failure()
    return child.output()
  }

  /** Stops one of them and forgets it. */
  async end(child: Child): Promise<void> {
    await child.stop()
    this.#children.delete(child)
  }

  #start(program: string, command: Command, options: SpawnOptions): Child {
    const child = new Child(basename(program), command, this.dir, join(this.dir, `${this.#logs++}.log`), options)
    this.#children.add(child)
    return child
  }

  assertRunning(): void {
    for (const child of this.#children) if (child.ended) throw child.failure()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.stop()))
  }
}

/** One process in a process group of its own, so that Ctrl-C reaches only us and a stop reaches its descendants. */
export class Child {
  readonly name: string
  readonly exited: Promise<void>
  readonly #process: ChildProcess
  readonly #logPath: string

  constructor(name: string, command: Command, dir: string, logPath: string, options: SpawnOptions) {
    const [program, ...args] = tiedToOurLife(command)
    this.name = name
    this.#logPath = logPath
    // To a file and not to a pipe: nothing that is measured may wait for us to read its log, nor cost us the reading.
    const log = openSync(logPath, 'w')
    const { env, ...identity } = options
    this.#process = spawn(program, args, {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, LANG: 'C', ...env },
      stdio: ['ignore', log, log],
      detached: true,
      ...identity,
    })
    closeSync(log)
    alive.add(this)
    this.exited = once(this.#process, 'exit').then(
      () => this.#forget(),
      () => this.#forget(),
    )
  }

  /** Throws for a program that could not be started. */
  get pid(): number {
    if (this.#process.pid === undefined) throw this.failure()
    return this.#process.pid
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined
  }

  get failed(): boolean {
    return this.ended && this.#process.exitCode !== 0
  }

  output(): string {
    return readFileSync(this.#logPath, 'utf8')
  }

  failure(): Error {
    const how = this.#process.signalCode ?? `code ${this.#process.exitCode}`
    return new Error(`${this.name} ended with ${how}: ${this.output().trim().slice(-maxQuotedChars)}`)
  }

  async stop(): Promise<void> {
    if (!this.ended) this.signalGroup('SIGTERM')
    const timer = setTimeout(() => this.signalGroup('SIGKILL'), stopTimeoutMs)
    await this.exited
    clearTimeout(timer)
  }

  signalGroup(signal: NodeJS.Signals): void {
    if (this.#process.pid === undefined) return
    try {
      process.kill(-this.#process.pid, signal)
    } catch {
      // ESRCH: the whole group has ended already.
    }
  }

  /** Runs in the turn in which the leader was reaped: what it left behind in its group goes with it. */
  #forget(): void {
    this.signalGroup('SIGKILL')
    alive.delete(this)
  }
}

/** Where util-linux is installed, the kernel ends the child if we are killed without a chance to do it ourselves. */
function tiedToOurLife(command: Command): Command {
  const [program, ...args] = command
  const path = findProgram(program) ?? program
  const setpriv = findProgram('setpriv')
  return setpriv ? [setpriv, '--pdeathsig', 'TERM', '--', path, ...args] : [path, ...args]
}
