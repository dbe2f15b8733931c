import type { ExchangeRecord } from '@tunnel/edge'
import { Keeping } from './keeping.ts'

type HeaderList = ExchangeRecord['responseHeaders']

/** Heads that have come once and are waited for; when there are more, it begins anew. */
const MAX_ONCE = 512
/** Heads that have come again; when there are more, it begins anew. */
const MAX_PARTS = 1024

/** Parts of lines of responses that repeat. A stream to an agent gives the same list again when it repeats its head; many streams say the same. */
export class ResponseParts {
  readonly #make: (headers: HeaderList) => string
  readonly #once = new Set<HeaderList>()
  readonly #known = new Map<HeaderList, Buffer>()
  readonly #bytes = new Map<string, Buffer>()
  readonly #keeping = new Keeping()

  constructor(make: (headers: HeaderList) => string) {
    this.#make = make
  }

  /** The same object for all that say the same; `undefined` for what has not come before. */
  of(headers: HeaderList): Buffer | undefined {
    const known = this.#known.get(headers)
    if (known === undefined && !this.#once.delete(headers)) return this.#notice(headers)
    this.#keeping.hit()
    return known ?? this.#remember(headers)
  }

  #notice(headers: HeaderList): undefined {
    if (!this.#keeping.miss()) return
    if (this.#once.size >= MAX_ONCE) this.#once.clear()
    this.#once.add(headers)
  }

  #remember(headers: HeaderList): Buffer {
    if (this.#known.size >= MAX_PARTS) {
      this.#known.clear()
      this.#bytes.clear()
    }
    const text = this.#make(headers)
    const bytes = this.#bytes.get(text) ?? Buffer.from(text)
    this.#bytes.set(text, bytes)
    this.#known.set(headers, bytes)
    return bytes
  }
}
