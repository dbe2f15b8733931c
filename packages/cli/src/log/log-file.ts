import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs'
import { CliError } from '../cli-error.ts'
import type { TextOutput } from '../surroundings.ts'

/** How long lines may go to a file that was moved away before that is noticed. */
const LOOK_EVERY_MS = 1000

/**
 * A file that lines are appended to at once: a line is the more needed the closer it is to a crash. Who rotates logs moves it away, and a new
 * one is begun under its name. A disk that is full costs lines, not the tunnel.
 */
export class LogFile implements TextOutput {
  readonly #path: string
  readonly #nowMs: () => number
  #descriptor: number | undefined
  #lookedAtMs: number

  /** Throws `ERR_CLI_FILE` for one that cannot be opened. */
  constructor(path: string, nowMs: () => number = () => performance.now()) {
    this.#path = path
    this.#nowMs = nowMs
    this.#lookedAtMs = nowMs()
    try {
      this.#descriptor = openForAppending(path)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new CliError('ERR_CLI_FILE', `log file ${path} cannot be opened (${code})`, { cause })
    }
  }

  write(text: string): void {
    try {
      this.#followRotation()
      if (this.#descriptor !== undefined) writeSync(this.#descriptor, text)
    } catch {
      // Nobody is left to tell.
    }
  }

  #followRotation(): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return
    this.#lookedAtMs = nowMs
    if (this.#descriptor !== undefined && isAt(this.#path, this.#descriptor)) return
    const next = openForAppending(this.#path)
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = next
  }
}

/** Its lines may name who visits what: nobody else's business. */
const openForAppending = (path: string): number => openSync(path, 'a', 0o600)

function isAt(path: string, descriptor: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false })
  const open = fstatSync(descriptor)
  return there !== undefined && there.ino === open.ino && there.dev === open.dev
}
