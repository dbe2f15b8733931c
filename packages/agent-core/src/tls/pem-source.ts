import { readFileSync, statSync } from 'node:fs'
import { TunnelError } from '@tunnel/protocol'

/** PEM text, or the path of a file that holds it. */
export type PemInput = string | Buffer

/** PEM that may stand in a file, and may change there. */
export class PemSource {
  readonly #file: string | undefined
  readonly #errorNumber: number
  #text: string
  #mark: string | undefined

  /** Reads the file. Throws {@link TunnelError} with `errorNumber` that names it when that fails, now and later. */
  constructor(input: PemInput, errorNumber: number) {
    const text = input.toString()
    this.#file = text.includes('-----BEGIN ') ? undefined : text
    this.#errorNumber = errorNumber
    this.#text = text
    this.refresh()
  }

  get isFile(): boolean {
    return this.#file !== undefined
  }

  get text(): string {
    return this.#text
  }

  /** For messages: the file, or that it is text. */
  get name(): string {
    return this.#file ?? 'PEM text'
  }

  /** Reads the file again if it looks changed, and says whether its text did change. */
  refresh(): boolean {
    if (this.#file === undefined) return false
    try {
      const { mtimeMs, size, ino } = statSync(this.#file)
      const mark = `${mtimeMs} ${size} ${ino}`
      if (mark === this.#mark) return false
      const before = this.#text
      this.#text = readFileSync(this.#file, 'utf8')
      this.#mark = mark
      return this.#text !== before
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new TunnelError(this.#errorNumber, `file ${this.#file.slice(0, 500)} cannot be read: ${code}`, { cause })
    }
  }
}
