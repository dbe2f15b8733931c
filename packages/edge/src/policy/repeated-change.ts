import type { HeaderList } from '@tunnel/http'

/**
 * The head that a policy last made of a connection's head. Whoever keeps a connection busy repeats itself and is mostly decided about alike:
 * comparing the fields then stands for writing them, since the same head has been written already.
 */
export class RepeatedChange<Head extends { readonly headers: HeaderList }> {
  #from: Head | undefined
  #made: Head | undefined

  /** What was made of `head` last, if it has these fields. */
  recall(head: Head, headers: HeaderList): Head | undefined {
    const made = this.#made
    return head === this.#from && made !== undefined && areSame(made.headers, headers) ? made : undefined
  }

  remember(head: Head, made: Head): Head {
    this.#from = head
    this.#made = made
    return made
  }
}

function areSame(one: HeaderList, other: HeaderList): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}
