import { expect, test } from 'vitest'
import { ksuid, randomBase62 } from './ksuid.ts'

test('has 27 digits and sorts by the second it was made in', () => {
  const ids = [1_400_000_000, 1_500_000_000, 1_800_000_000, 1_800_000_001].map((seconds) => ksuid(seconds * 1000))
  expect(ids.every((id) => /^[0-9A-Za-z]{27}$/.test(id))).toBe(true)
  expect([...ids].sort()).toEqual(ids)
})

test('starts as other implementations write the same second', () => {
  // The largest KSUID begins with aWgEPTl1tmebfsQzFP4bxwgy80V, whose first 4 bytes are all ones.
  expect(ksuid((0xffff_ffff + 1_400_000_000) * 1000).startsWith('aWgEP')).toBe(true)
})

test('is never the same twice', () => {
  expect(ksuid(1_800_000_000_000)).not.toBe(ksuid(1_800_000_000_000))
  expect(randomBase62(21)).toMatch(/^[0-9A-Za-z]{21}$/)
  expect(randomBase62(21)).not.toBe(randomBase62(21))
})
