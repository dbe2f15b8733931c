import { expect, it } from 'vitest'
import { isNewer } from './is-newer.ts'

// https://semver.org/#spec-item-11, in its order.
const ordered = [
  '0.9.9',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.10',
  '1.2.0',
  '10.0.0',
]

it.each(ordered.map((version, index) => [version, ordered.slice(0, index)] as const))(
  '%s is newer than %j',
  (version, older) => {
    for (const one of older) expect([isNewer(version, one), isNewer(one, version)]).toEqual([true, false])
  },
)

it.each([
  ['1.0.0', '1.0.0'],
  ['1.0.0+build', '1.0.0'],
  ['latest', '1.0.0'],
  ['', '1.0.0'],
  ['1.0', '0.1.0'],
])('%j is not newer than %s', (one, other) => {
  expect(isNewer(one, other)).toBe(false)
})
