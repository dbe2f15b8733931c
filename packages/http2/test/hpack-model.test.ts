import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FieldDecoder } from '../src/hpack/decoder.ts'
import { staticNames, staticValues } from '../src/hpack/static-table.ts'

/** What an encoder may do. Numbers from 0 to 1 are places in the tables as they are then. */
type Step =
  | { kind: 'indexed'; place: number }
  | { kind: 'literal'; first: 0x40 | 0x10 | 0x00; name: string | number; value: string }

const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((byte) => String.fromCharCode(byte)),
  maxLength: 40,
})
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('indexed' as const), place }),
  fc.record({
    kind: fc.constant('literal' as const),
    first: fc.constantFrom(0x40 as const, 0x40 as const, 0x10 as const, 0x00 as const),
    name: fc.oneof(text, place),
    value: text,
  }),
)
const block = fc.record({
  sizes: fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 2 }),
  ),
  steps: fc.array(step, { maxLength: 12 }),
})

/** The tables of RFC 7541 §2.3 in the plainest way. */
class Model {
  #maxBytes = 4096
  #entries: [name: string, value: string][] = []

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes
    this.#entries = this.#fitting(this.#entries)
  }

  insert(name: string, value: string): void {
    this.#entries = this.#fitting([[name, value], ...this.#entries])
  }

  indexOf(place: number): number {
    return 1 + Math.floor(place * (61 + this.#entries.length))
  }

  at(index: number): [name: string, value: string] {
    return index <= 61 ? [staticNames[index]!, staticValues[index]!] : this.#entries[index - 62]!
  }

  #fitting(entries: [string, string][]): [string, string][] {
    let room = this.#maxBytes
    const end = entries.findIndex(([name, value]) => {
      room -= name.length + value.length + 32
      return room < 0
    })
    return end < 0 ? entries : entries.slice(0, end)
  }
}

function integer(first: number, mask: number, value: number): number[] {
  if (value < mask) return [first | value]
  const bytes = [first | mask]
  let rest = value - mask
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

const string = (value: string) => [...integer(0, 0x7f, value.length), ...Buffer.from(value, 'latin1')]

function encode(model: Model, { kind, ...rest }: Step, expected: string[]): number[] {
  if (kind === 'indexed') {
    const index = model.indexOf((rest as { place: number }).place)
    expected.push(...model.at(index))
    return integer(0x80, 0x7f, index)
  }
  const { first, name, value } = rest as Omit<Extract<Step, { kind: 'literal' }>, 'kind'>
  const mask = first === 0x40 ? 0x3f : 0x0f
  const index = typeof name === 'number' ? model.indexOf(name) : 0
  const spelledOut = typeof name === 'number' ? model.at(index)[0] : name
  expected.push(spelledOut, value)
  if (first === 0x40) model.insert(spelledOut, value)
  return [...integer(first, mask, index), ...(index === 0 ? string(spelledOut) : []), ...string(value)]
}

test('blocks of one connection are read as their encoder meant them, whatever it does with its table', () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
      const decoder = new FieldDecoder({ maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 })
      const model = new Model()
      for (const { sizes, steps } of blocks) {
        const expected: string[] = []
        const bytes: number[] = []
        for (const size of sizes) {
          model.resize(size)
          bytes.push(...integer(0x20, 0x1f, size))
        }
        for (const step of steps) bytes.push(...encode(model, step, expected))
        expect(decoder.decode(Buffer.from(bytes), 0, bytes.length)).toEqual(expected)
      }
    }),
    { numRuns: 500 },
  )
})

test('random bytes are read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (blocks) => {
      const decoder = new FieldDecoder({ maxTableBytes: 4096, maxListBytes: 300, maxFields: 3 })
      for (const bytes of blocks) {
        try {
          const fields = decoder.decode(Buffer.from(bytes), 0, bytes.length)
          expect(fields.length % 2).toBe(0)
          if (decoder.exceeded !== undefined) expect(fields).toEqual([])
        } catch (error) {
          expect(error).toMatchObject({ codeName: 'COMPRESSION_ERROR' })
        }
      }
    }),
    { numRuns: 3000 },
  )
})
