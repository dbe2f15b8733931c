import { unwatchFile, watchFile } from 'node:fs'
import { stat } from 'node:fs/promises'
import { underBriefLock } from '../data/brief-lock.ts'
import { systemCodeOf, unusable } from '../errors.ts'
import type { ControlPlaneLimits } from '../limits.ts'
import { type CredentialsFile, readCredentialsFile, writeCredentialsFile } from './credentials-file.ts'

/** The credentials file as it is now, whichever process wrote it. */
export class CredentialsOnDisk {
  readonly #path: string
  readonly #limits: ControlPlaneLimits
  readonly #onRead: (file: CredentialsFile | undefined) => void
  #version: string | undefined
  #lastRead: Promise<void> = Promise.resolve()

  /** `onRead` is told each content once, oldest first; `undefined` where there is no file. */
  constructor(path: string, limits: ControlPlaneLimits, onRead: (file: CredentialsFile | undefined) => void) {
    this.#path = path
    this.#limits = limits
    this.#onRead = onRead
  }

  /** Reads the file unless it is the one that was read last. What was written before this call is known after it. */
  refresh(): Promise<void> {
    const read = this.#lastRead.then(() => this.#read())
    this.#lastRead = read.catch(() => {})
    return read
  }

  async #read(): Promise<void> {
    const version = await versionOf(this.#path)
    if (version === this.#version) return
    this.#onRead(await readCredentialsFile(this.#path, this.#limits))
    this.#version = version
  }

  /** One change at a time, over all processes, on the newest content. */
  async change<T>(emptyFile: () => CredentialsFile, edit: (file: CredentialsFile) => T): Promise<T> {
    return underBriefLock(`${this.#path}.lock`, async () => {
      const file = (await readCredentialsFile(this.#path, this.#limits)) ?? emptyFile()
      const result = edit(file)
      await writeCredentialsFile(this.#path, file)
      await this.refresh()
      return result
    })
  }

  /** Looks for another process's changes every so often, without keeping this one alive. */
  watch(pollIntervalMs: number): void {
    watchFile(this.#path, { interval: pollIntervalMs, persistent: false }, this.#onPoll)
  }

  unwatch(): void {
    unwatchFile(this.#path, this.#onPoll)
  }

  readonly #onPoll = (): void => {
    // A file that cannot be read is reported by the next call that needs it.
    this.refresh().catch(() => {})
  }
}

/** Each replaced file has an inode and times of its own; no file has none. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true })
    return `${ino} ${mtimeNs} ${size}`
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return ''
    throw unusable(path, 'read', cause)
  }
}
