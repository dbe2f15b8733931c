import { expect, test } from 'vitest'
import type { Endpoint } from './endpoint.ts'
import { EndpointPool } from './endpoint-pool.ts'

const member = (id: string, running = 0): Endpoint => ({ id, running }) as Endpoint

function poolOf(...members: [Endpoint, ...Endpoint[]]): EndpointPool {
  const [first, ...others] = members
  const pool = new EndpointPool(first)
  for (const other of others) pool.add(other)
  return pool
}

const picks = (pool: EndpointPool, count: number): string =>
  Array.from({ length: count }, () => pool.pick().id).join('')

test('idle members take turns', () => {
  expect(picks(poolOf(member('a'), member('b'), member('c')), 7)).toBe('abcabca')
})

test('the one with the fewest requests is next', () => {
  expect(picks(poolOf(member('a', 2), member('b', 1), member('c', 2)), 3)).toBe('bbb')
})

test('those with equally many take turns, and the busier one waits', () => {
  expect(picks(poolOf(member('a', 1), member('b', 9), member('c', 1)), 4)).toBe('acac')
})

test('a member that left is not picked any more', () => {
  const [a, b] = [member('a'), member('b')]
  const pool = poolOf(a, b)
  pool.pick()
  pool.delete(b)
  expect(picks(pool, 2)).toBe('aa')
  expect(pool.size).toBe(1)
})

test('an alternative is none of those that were tried', () => {
  const [a, b] = [member('a', 0), member('b', 5)]
  const pool = poolOf(a, b)
  expect(pool.alternative([a])).toBe(b)
  expect(pool.alternative([a, b])).toBeUndefined()
})
