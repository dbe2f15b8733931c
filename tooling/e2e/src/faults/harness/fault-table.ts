import { afterAll } from 'vitest'

/** What a fault did, row by row, printed when the tests of the file are done. */
export class FaultTable {
  readonly #rows: [fault: string, visitorsSaw: string, result: string][] = []

  constructor() {
    afterAll(() => {
      if (this.#rows.length > 0) process.stdout.write(`${this.#text()}\n`)
    })
  }

  row(fault: string, visitorsSaw: string, result: string): void {
    this.#rows.push([fault, visitorsSaw, result])
  }

  #text(): string {
    const rows = [['fault', 'what visitors saw', 'result'], ...this.#rows]
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)))
    return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')).join('\n')
  }
}
