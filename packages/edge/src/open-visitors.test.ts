import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { OpenVisitors } from './open-visitors.ts'

test('asks everybody to leave who is there, and at once whoever comes later', () => {
  const visitors = new OpenVisitors()
  const asked: string[] = []
  visitors.add(new PassThrough(), () => asked.push('early'))
  expect(asked).toEqual([])
  visitors.askToLeave()
  visitors.add(new PassThrough(), () => asked.push('late'))
  expect(asked).toEqual(['early', 'late'])
  expect(visitors.size).toBe(2)
})

test('forgets connections that close, and those it is told to', async () => {
  const visitors = new OpenVisitors()
  const [closing, other] = [new PassThrough(), new PassThrough()]
  for (const connection of [closing, other]) visitors.add(connection, () => {})
  closing.destroy()
  await once(closing, 'close')
  expect(visitors.size).toBe(1)
  visitors.forget(other)
  expect(visitors.size).toBe(0)
})
