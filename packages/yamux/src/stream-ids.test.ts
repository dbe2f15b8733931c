import { expect, test } from 'vitest'
import { StreamIds } from './stream-ids.ts'

test('clients take odd ids, servers even ones', () => {
  const client = new StreamIds('client')
  const server = new StreamIds('server')
  expect([client.take(), client.take()]).toEqual([1, 3])
  expect([server.take(), server.take()]).toEqual([2, 4])
  expect([client.isOurs(5), client.isOurs(6), server.isOurs(5), server.isOurs(6)]).toEqual([true, false, false, true])
})

test.each([
  ['client', 0xffff_ffff],
  ['server', 0xffff_fffe],
] as const)('a %s runs out of ids after %i', (role, last) => {
  const ids = new StreamIds(role, last)
  expect(ids.take()).toBe(last)
  expect(() => ids.take()).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_STREAMS_EXHAUSTED' }))
  expect(ids.isOurs(last)).toBe(true)
})

test('remembers which ids were used, also when the peer opens out of order', () => {
  const ids = new StreamIds('client')
  ids.take()
  ids.seenFromPeer(6)
  ids.seenFromPeer(4)
  expect([1, 3].map((id) => ids.wasUsed(id))).toEqual([true, false])
  expect([4, 6, 8].map((id) => ids.wasUsed(id))).toEqual([true, true, false])
})
