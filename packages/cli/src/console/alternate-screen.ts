import type { Surroundings, Terminal, TextOutput } from '../surroundings.ts'

/** Alternate screen, no cursor, no wrapping at the end of a row. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
/** All of it back, and no colours; also out of an update that was cut short. */
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'

const DEFAULT_SIZE = { columns: 80, rows: 24 }

export interface ScreenEvents {
  onKeys(keys: string): void
  onResize(): void
}

/** The terminal as a full screen, given back as it was on every way out of the process that a program can see. */
export class AlternateScreen {
  readonly #out: TextOutput
  readonly #terminal: Terminal | undefined
  #undo: (() => void)[] = []
  #isOpen = false

  constructor({ stdout, terminal }: Pick<Surroundings, 'stdout' | 'terminal'>) {
    this.#out = stdout
    this.#terminal = terminal
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get size(): { columns: number; rows: number } {
    // A pseudo terminal that nobody gave a size has 0.
    return { columns: this.#out.columns || DEFAULT_SIZE.columns, rows: this.#out.rows || DEFAULT_SIZE.rows }
  }

  open({ onKeys, onResize }: ScreenEvents): void {
    if (this.#isOpen) return
    this.#isOpen = true
    const terminal = this.#terminal
    if (terminal) {
      this.#undo = [
        terminal.onExit(() => this.close()),
        terminal.onResize(onResize),
        terminal.readKeys((keys) => onKeys(keys)),
      ]
    }
    this.#out.write(ENTER)
  }

  write(text: string): void {
    if (this.#isOpen && text !== '') this.#out.write(text)
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#out.write(LEAVE)
    for (const undo of this.#undo.splice(0)) undo()
  }
}
