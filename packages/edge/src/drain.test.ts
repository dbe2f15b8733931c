import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { untilVisitorsLeft } from './drain.ts'
import { defaultEdgeLimits } from './limits.ts'
import { OpenVisitors } from './open-visitors.ts'

const HOURS = 3_600_000

function draining(limits: Partial<typeof defaultEdgeLimits>, connections = 1) {
  const visitors = new OpenVisitors()
  const visitor = new PassThrough()
  visitors.add(visitor, () => {})
  const closed = new AbortController()
  let over = false
  const counts = { connections }
  const done = untilVisitorsLeft({
    visitors,
    limits: { ...defaultEdgeLimits, drainGraceMs: HOURS, drainQuietMs: HOURS, ...limits },
    connectionCount: () => counts.connections,
    sessionCount: () => 0,
    signal: closed.signal,
  }).then(() => {
    over = true
  })
  return { visitor, counts, closed, done, isOver: () => over }
}

test('ends with the last visitor', async () => {
  const { visitor, counts, done, isOver } = draining({})
  await new Promise(setImmediate)
  expect(isOver()).toBe(false)
  counts.connections = 0
  visitor.destroy()
  await done
})

test('waits a while for connections that are nobody’s yet', async () => {
  const { visitor, done } = draining({ drainQuietMs: 1 })
  visitor.destroy()
  await done
})

test('ends with the grace, whoever is there', async () => {
  await draining({ drainGraceMs: 1 }).done
})

test('ends when the edge is closed', async () => {
  const { closed, done } = draining({})
  closed.abort()
  await done
})
