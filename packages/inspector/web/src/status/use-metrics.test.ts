import { expect, test } from 'vitest'
import type { Metrics } from '../../../src/contract.ts'
import { sampleOf } from './use-metrics.ts'

const reading = (atMs: number, conns: number, http: number) => ({
  atMs,
  metrics: { all: { conns: { count: conns, gauge: 2 }, http: { count: http } } } as Metrics,
})

test('knows rates from the second reading on', () => {
  expect(sampleOf(undefined, reading(1_000, 5, 9))).toMatchObject({
    connectionsPerSecond: 0,
    requestsPerSecond: 0,
    openConnections: 2,
  })
  expect(sampleOf(reading(1_000, 5, 9), reading(3_000, 6, 19))).toMatchObject({
    connectionsPerSecond: 0.5,
    requestsPerSecond: 5,
  })
})

test('has no negative rate after the agent began anew', () => {
  expect(sampleOf(reading(1_000, 5, 9), reading(3_000, 0, 0))).toMatchObject({
    connectionsPerSecond: 0,
    requestsPerSecond: 0,
  })
})
