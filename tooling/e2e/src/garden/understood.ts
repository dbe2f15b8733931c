/** What one reader made of a request. */
export interface Understood {
  readonly method: string
  readonly target: string
  readonly host: string
  readonly body: string
}

/**
 * The same for every reader. A server in front of its reader may write a target in its own way (percent signs, slashes, dots): its letters
 * and digits stay.
 */
export function comparable({ method, target, host, body }: Understood): string {
  const letters = target.replace(/^https?:\/\/[^/]*/i, '').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => plain(hex))
  return JSON.stringify([method, letters.replace(/[^0-9a-z]/gi, ''), host.toLowerCase().replace(/:\d*$/, ''), body])
}

const plain = (hex: string): string => {
  const byte = Number.parseInt(hex, 16)
  return byte < 0x80 ? String.fromCharCode(byte) : ''
}

/** What `reader` understood that is not, in this order, part of what was `said`. */
export function notSaid(reader: readonly Understood[], said: readonly Understood[]): string[] {
  let at = 0
  const all = said.map(comparable)
  return reader.map(comparable).filter((one) => {
    const found = all.indexOf(one, at)
    if (found < 0) return true
    at = found + 1
    return false
  })
}
