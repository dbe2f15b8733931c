import { widthOf } from '../src/console/text-width.ts'

/** As much of a terminal as the console uses. Whatever else comes is an error: it was not ours. */
export class GridTerminal {
  columns: number
  rows: number
  isAlternate = false
  isCursorShown = true
  isWrapping = true
  /** What was put into the clipboard, in order. */
  readonly copied: string[] = []
  /** How often something was drawn on the alternate screen. */
  updates = 0
  #cells: string[][] = []
  #row = 0
  #column = 0
  #isInUpdate = false

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.#clear()
  }

  /** What the rows show, without spaces at their ends. */
  get lines(): string[] {
    return this.#cells.map((row) => row.join('').trimEnd())
  }

  get text(): string {
    return this.lines.join('\n').trimEnd()
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    // As a real one may: what was there is no more than garbage.
    this.#clear('?')
  }

  write(text: string): void {
    const [plain = '', ...escaped] = text.split('\x1b')
    this.#show(plain)
    for (const piece of escaped) {
      const [, sequence = '', rest = ''] = SEQUENCE.exec(piece) ?? []
      this.#obey(sequence)
      this.#show(rest)
    }
  }

  #show(text: string): void {
    for (const character of text) this.#put(character)
  }

  #obey(sequence: string): void {
    const position = /^\[(\d+);(\d+)H$/.exec(sequence)
    const osc = CLIPBOARD.exec(sequence)
    const mode = /^\[\?(\d+)([hl])$/.exec(sequence)
    if (position) this.#move(Number(position[1]) - 1, Number(position[2]) - 1)
    else if (osc) this.copied.push(Buffer.from(osc[1] as string, 'base64').toString())
    else if (mode) this.#setMode(Number(mode[1]), mode[2] === 'h')
    else if (sequence === '[2J') this.#clear()
    else if (sequence === '[K') this.#eraseToEnd()
    else if (!/^\[[\d;]*m$/.test(sequence)) throw new Error(`unknown sequence ${JSON.stringify(sequence)}`)
  }

  #setMode(mode: number, isOn: boolean): void {
    if (mode === 1049) this.isAlternate = isOn
    else if (mode === 25) this.isCursorShown = isOn
    else if (mode === 7) this.isWrapping = isOn
    else if (mode === 2026) {
      if (isOn && this.#isInUpdate) throw new Error('an update in an update')
      if (isOn) this.updates++
      this.#isInUpdate = isOn
    } else throw new Error(`unknown mode ${mode}`)
  }

  #put(character: string): void {
    if (/\p{Cc}/u.test(character)) throw new Error(`control character ${JSON.stringify(character)}`)
    if (!this.isAlternate || !this.#isInUpdate) throw new Error(`${JSON.stringify(character)} outside of an update`)
    const width = widthOf(character)
    const row = this.#cells[this.#row] as string[]
    if (width === 0) return
    if (this.#column + width > this.columns) throw new Error(`${JSON.stringify(character)} beyond the end of a row`)
    row[this.#column] = character
    if (width === 2) row[this.#column + 1] = ''
    this.#column += width
  }

  #eraseToEnd(): void {
    // A full row leaves the cursor on its last character.
    if (this.#column >= this.columns) throw new Error('erases the last character')
    this.#cells[this.#row]?.fill(' ', this.#column)
  }

  #move(row: number, column: number): void {
    if (row >= this.rows || column >= this.columns) throw new Error(`moves to ${row},${column}`)
    this.#row = row
    this.#column = column
  }

  #clear(filler = ' '): void {
    this.#cells = Array.from({ length: this.rows }, () => new Array<string>(this.columns).fill(filler))
  }
}

/** What follows an escape: a sequence, and text. OSC ends in BEL. */
const SEQUENCE = /^(\[[?\d;]*[A-Za-z]|\]\P{Cc}*\p{Cc})(.*)$/su
const CLIPBOARD = /^\]52;c;([A-Za-z0-9+/=]*)\p{Cc}$/u
