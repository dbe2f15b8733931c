import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const names = ['addr', 'host', 'host_header', 'domain', 'metadata']

test.each([
  ['adr', 'addr'],
  ['addrr', 'addr'],
  ['Domain', 'domain'],
  ['hostHeader', 'host_header'],
  ['metdata', 'metadata'],
  ['metadaat', 'metadata'],
  ['hots', undefined],
  ['x', undefined],
  ['', undefined],
  ['completely_different', undefined],
])('is near to %j: %s', (given, nearest) => {
  expect(nearestName(given, names)).toBe(nearest)
})
