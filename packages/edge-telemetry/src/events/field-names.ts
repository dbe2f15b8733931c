import { isSecretField } from '@tunnel/edge'
import type { EventHeaders } from './event-settings.ts'
import { isPlain } from './json-text.ts'
import { copied, RememberedTexts } from './remembered-texts.ts'

/** In place of a value that is secret. */
export const REDACTED = '[redacted]'

/** Fields of one leg of the way. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding'])

/** Names that are remembered, in each way they are spelt; when there are more, it begins anew. */
const MAX_NAMES = 1000
/** Characters of one that is. */
const MAX_NAME_LENGTH = 64
const VISIBLE = /^[!-~]+$/
/** Fields of a head whose name is first compared with the one that the last head had there. */
const MAX_PLACES = 64

/** A header field, by its name as it was spelt. */
export interface SpeltField {
  readonly spelt: string
  readonly field: Field
}

export interface Field {
  /** `,"User-Agent":[` */
  readonly label: string
  readonly isHopByHop: boolean
  /** The whole member, with its comma, whatever its value. */
  readonly hidden: string | undefined
  /** The same of one value; `undefined` of one that has to be escaped. */
  readonly members: RememberedTexts
  /** Number of the last head that had it. */
  head: number
}

/** Fields by their names. Most heads have theirs where the one before had them, and comparing is less than looking up. */
export class FieldNames {
  readonly #mode: EventHeaders
  readonly #known = new Map<string, SpeltField>()
  #places: SpeltField[] = []

  constructor(mode: EventHeaders) {
    this.#mode = mode
  }

  /** Between two heads: what was given before may be forgotten. */
  beginHead(): void {
    if (this.#known.size < MAX_NAMES) return
    this.#known.clear()
    this.#places = []
  }

  /** The same object for all ways to spell it; `undefined` for an odd name, of which nothing is remembered. `place`: of the field in its head, from 0. */
  fieldAt(place: number, name: string): Field | undefined {
    const expected = this.#places[place]
    if (expected !== undefined && expected.spelt === name) return expected.field
    const known = this.#known.get(name) ?? this.#remember(name)
    if (known !== undefined && place <= this.#places.length && place < MAX_PLACES) this.#places[place] = known
    return known?.field
  }

  #remember(name: string): SpeltField | undefined {
    if (name.length > MAX_NAME_LENGTH || !VISIBLE.test(name)) return undefined
    const spelt = copied(name)
    const lower = copied(name.toLowerCase())
    const field = this.#known.get(lower)?.field ?? this.#fieldOf(lower)
    const known = { spelt, field }
    this.#known.set(lower, { spelt: lower, field })
    this.#known.set(spelt, known)
    return known
  }

  #fieldOf(lower: string): Field {
    const label = `,"${capitalised(lower)}":[`
    const memberOf = (value: string): string | undefined => {
      const lowerValue = value.toLowerCase()
      return isPlain(lowerValue) ? `${label}"${lowerValue}"]` : undefined
    }
    return {
      label,
      isHopByHop: isHopByHop(lower),
      hidden: this.#mode === 'safe' && isSecretField(lower) ? `${label}"${REDACTED}"]` : undefined,
      members: new RememberedTexts(memberOf),
      head: 0,
    }
  }
}

export const isHopByHop = (lower: string): boolean => HOP_BY_HOP.has(lower)

/** `user-agent` as `User-Agent`. Names of fields need no escapes (RFC 9110 §5.6.2). */
export function capitalised(lower: string): string {
  return lower.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}
