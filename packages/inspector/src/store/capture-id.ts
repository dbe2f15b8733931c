/** Makes ids of 16 hex digits: the second, and a counter of this process. Later ones sort after earlier ones. */
export class CaptureIds {
  #count = 0
  #second = 0
  #prefix = ''

  next(nowMs: number): string {
    const second = Math.max(this.#second, Math.floor(nowMs / 1000))
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = hex8(second)
    }
    this.#count = (this.#count + 1) >>> 0
    return this.#prefix + hex8(this.#count)
  }
}

const hex8 = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
