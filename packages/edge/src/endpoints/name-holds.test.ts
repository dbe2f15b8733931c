import { expect, test } from 'vitest'
import { NameHolds } from './name-holds.ts'

test('keeps an address from others, not from its own credential, until the window is over', () => {
  let now = 0
  const holds = new NameHolds({ windowMs: 60_000, now: () => now })
  holds.hold('https://a', 'cr_1')
  expect(holds.isHeldFrom('https://a', 'cr_2')).toBe(true)
  expect(holds.isHeldFrom('https://a', 'cr_1')).toBe(false)
  expect(holds.isHeldFrom('https://b', 'cr_2')).toBe(false)
  now = 60_000
  expect(holds.isHeldFrom('https://a', 'cr_2')).toBe(false)
})

test('forgets what expired and never keeps more than its limit', () => {
  let now = 0
  const holds = new NameHolds({ windowMs: 10, now: () => now, maxHolds: 3 })
  for (const name of ['a', 'b', 'c', 'd']) holds.hold(name, 'cr_1')
  expect(holds.size).toBe(3)
  expect(holds.isHeldFrom('a', 'cr_2')).toBe(false)
  now = 20
  holds.hold('e', 'cr_1')
  expect(holds.size).toBe(1)
})

test('holds nothing when there is no window', () => {
  const holds = new NameHolds({ windowMs: 0 })
  holds.hold('a', 'cr_1')
  expect(holds.size).toBe(0)
})
