import { codeLengths, codes, EOS } from './huffman-code.ts'

/*
 * A machine that takes half a byte at a time. A state is an inner node of the code's tree, of which there are 256; state 0 is the root. Codes have 5 bits at
 * least, so that half a byte completes one symbol at most.
 *
 * An entry: the next state in bits 0–7, the symbol in bits 8–15, COMPLETES where there is one, FAILS where it is EOS.
 */
const COMPLETES = 16
const FAILS = 1 << 17

/** States 0 to 7 are those where nothing, or so many bits, all of them ones, came after the last symbol: what padding may be (RFC 7541 §5.2). */
const LAST_PADDING = 7

let machine: Uint32Array | undefined

/** What `bytes` encoded bytes may become at most, and the one more that `huffmanDecode` may touch: no code is shorter than 5 bits. */
export function huffmanRoom(bytes: number): number {
  return Math.ceil((bytes * 8) / 5) + 1
}

/**
 * Decodes `bytes[start..end)` into `into`, which has `huffmanRoom` for it.
 * @returns how many bytes came of it, or -1 where the encoding is wrong: EOS inside, or padding that is too long or not of ones
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  machine ??= createMachine()
  let state = 0
  let seen = 0
  let length = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    // The symbol is written whether there is one or not: a branch would be guessed wrong every other time.
    const high = machine[(state << 4) | (byte >> 4)]!
    into[length] = high >> 8
    length += (high >> COMPLETES) & 1
    const low = machine[((high & 0xff) << 4) | (byte & 0xf)]!
    into[length] = low >> 8
    length += (low >> COMPLETES) & 1
    state = low & 0xff
    seen |= high | low
  }
  return (seen & FAILS) === 0 && state <= LAST_PADDING ? length : -1
}

function createMachine(): Uint32Array {
  const tree = createTree()
  const entries = new Uint32Array(256 * 16)
  for (let state = 0; state < 256; state++) {
    for (let half = 0; half < 16; half++) {
      let node = state
      let entry = 0
      for (let bit = 3; bit >= 0; bit--) {
        node = tree[node * 2 + ((half >> bit) & 1)]!
        if (node >= 0) continue
        const symbol = ~node
        entry = symbol === EOS ? FAILS : (1 << COMPLETES) | (symbol << 8)
        node = 0
      }
      entries[state * 16 + half] = entry | node
    }
  }
  return entries
}

/** Two children for each inner node: the number of another one, or the complement of a symbol. */
function createTree(): Int16Array {
  const children = new Int16Array(512)
  let nodes = 1
  // EOS is all ones: coming first, it numbers the nodes on its way in their order. LAST_PADDING relies on it.
  for (let symbol = EOS; symbol >= 0; symbol--) {
    let node = 0
    for (let bit = codeLengths[symbol]! - 1; bit > 0; bit--) {
      const edge = node * 2 + ((codes[symbol]! >> bit) & 1)
      if (children[edge] === 0) children[edge] = nodes++
      node = children[edge]!
    }
    children[node * 2 + (codes[symbol]! & 1)] = ~symbol
  }
  return children
}
