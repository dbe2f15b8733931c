import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { environment } from '../harness/programs.ts'
import { until } from '../harness/until.ts'

/** Where there is no tmux its tests are skipped. */
export const hasTmux = process.platform === 'linux' && spawnSync('tmux', ['-V']).status === 0

/** Generous: a busy machine takes its time to start a program. */
const SHOWN_WITHIN_MS = 25_000

let terminals = 0

/** A real terminal in which a shell script runs, on a tmux server of its own. */
export class TmuxTerminal {
  readonly #socket = `tunnel-e2e-${process.pid}-${terminals++}`

  constructor(script: string, size: { columns: number; rows: number }, own: Record<string, string>) {
    const { PATH, ...env } = environment({ LC_ALL: 'C.UTF-8', ...own })
    onTestFinished(() => void spawnSync('tmux', ['-L', this.#socket, 'kill-server']))
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    const place = ['-d', '-x', String(size.columns), '-y', String(size.rows)]
    execFileSync('tmux', ['-L', this.#socket, '-f', '/dev/null', 'new-session', ...place, ...variables, 'sh'], {
      env: { PATH, LC_ALL: 'C.UTF-8' },
    })
    this.tmux('set-option', '-g', 'set-clipboard', 'on')
    this.keys(`clear; ${script}`, 'Enter')
  }

  tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' })
  }

  /** Keys by their names, or text. */
  keys(...keys: readonly string[]): void {
    this.tmux('send-keys', ...keys)
  }

  resize(columns: number, rows: number): void {
    this.tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  get rows(): string[] {
    return this.tmux('capture-pane', '-p').split('\n').slice(0, -1)
  }

  get text(): string {
    return this.rows.join('\n').trimEnd()
  }

  async shows(part: string): Promise<void> {
    await until(() => this.text.includes(part), `${JSON.stringify(part)} on the screen`, SHOWN_WITHIN_MS).catch(() => {
      throw new Error(`never showed ${JSON.stringify(part)}, but\n${this.text}`)
    })
  }

  get isAlternate(): boolean {
    return this.tmux('display-message', '-p', '#{alternate_on}').trim() === '1'
  }

  get isCursorShown(): boolean {
    return this.tmux('display-message', '-p', '#{cursor_flag}').trim() === '1'
  }

  /** Of the program that the shell has started. */
  get childPid(): number {
    const shell = this.tmux('display-message', '-p', '#{pane_pid}').trim()
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ').at(-1))
  }
}
