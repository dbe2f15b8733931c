import { afterAll } from 'vitest'

/** Every case with what became of it, printed when the tests of the file are done. */
export class SmugglingTable {
  readonly #rows: string[] = []

  constructor(title: string) {
    afterAll(() => {
      process.stdout.write(`smuggling ${title}: ${this.#rows.length} cases\n${this.#rows.join('\n')}\n`)
    })
  }

  row(family: string, name: string, verdict: unknown): void {
    this.#rows.push(`${family.padEnd(9)} ${name.padEnd(48)} ${JSON.stringify(verdict).slice(1, -1)}`)
  }
}
