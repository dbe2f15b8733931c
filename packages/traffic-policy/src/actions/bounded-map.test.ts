import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

/** What the map is to do, in the order of a plain Map. */
class Model {
  readonly entries = new Map<string, number>()

  get(key: string): number | undefined {
    const value = this.entries.get(key)
    if (value !== undefined) this.set(key, value, Number.POSITIVE_INFINITY)
    return value
  }

  set(key: string, value: number, maxEntries: number): number | undefined {
    const isNew = !this.entries.delete(key)
    const oldest = [...this.entries][0]
    const isFull = isNew && this.entries.size >= maxEntries
    if (isFull && oldest) this.entries.delete(oldest[0])
    this.entries.set(key, value)
    return isFull ? oldest?.[1] : undefined
  }
}

test('forgets what was used longest ago, whatever is done', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), key, value: fc.nat() }),
    fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), key }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, maxEntries) => {
      const map = new BoundedMap<string, number>(maxEntries)
      const model = new Model()
      for (const one of steps) {
        if (one.kind === 'set') expect(map.set(one.key, one.value)).toBe(model.set(one.key, one.value, maxEntries))
        else if (one.kind === 'get') expect(map.get(one.key)).toBe(model.get(one.key))
        else {
          map.delete(one.key)
          model.entries.delete(one.key)
        }
        expect(map.size).toBe(model.entries.size)
        expect(map.oldest()).toEqual([...model.entries][0])
      }
    }),
  )
})
