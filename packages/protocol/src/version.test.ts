import { expect, test } from 'vitest'
import { negotiateVersion, PROTOCOL_VERSIONS } from './index.ts'

test('takes the newest version that both sides speak, whatever the order of the offer', () => {
  const newest = PROTOCOL_VERSIONS[0] as number
  expect(negotiateVersion([...PROTOCOL_VERSIONS].reverse())).toBe(newest)
  expect(negotiateVersion([newest + 1, newest])).toBe(newest)
})

test('has no answer when there is none', () => {
  expect(negotiateVersion([0, 99])).toBeUndefined()
  expect(negotiateVersion([])).toBeUndefined()
})
