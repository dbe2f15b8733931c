import { expect, test } from 'vitest'
import { type BreakerPass, type CircuitBreakerConfig, createCircuitBreaker, isCircuitError } from './circuit-breaker.ts'
import { createCircuitBreakers } from './circuit-breakers.ts'

const config: CircuitBreakerConfig = {
  errorThreshold: 0.5,
  volumeThreshold: 4,
  windowMs: 10_000,
  trippedMs: 5000,
  enforce: true,
}

function breakerOf(changes: Partial<CircuitBreakerConfig> = {}) {
  const breaker = createCircuitBreaker({ ...config, ...changes })
  const enter = (nowMs: number) => breaker.enter(nowMs)
  const decision = (nowMs: number) => enter(nowMs).decision
  const run = (nowMs: number, ...outcomes: ('ok' | 'error')[]) => {
    for (const outcome of outcomes) (enter(nowMs) as BreakerPass).settle(outcome === 'error', nowMs)
  }
  return { enter, decision, run }
}

function tripped() {
  const breaker = breakerOf()
  breaker.run(0, 'error', 'error', 'error', 'error')
  expect(breaker.enter(0)).toEqual({ decision: 'block', headers: ['retry-after', '5'] })
  return breaker
}

test('opens when the share of errors reaches the threshold', () => {
  const { run, decision } = breakerOf()
  run(0, 'ok', 'ok', 'ok', 'error', 'error')
  expect(decision(0)).toBe('allow')
  run(0, 'error')
  expect(decision(0)).toBe('block')
})

test('stays closed below the volume threshold', () => {
  const { run, decision } = breakerOf()
  run(0, 'error', 'error', 'error')
  expect(decision(0)).toBe('allow')
})

test('with threshold 0 and volume 1 the second request is refused', () => {
  const { run, decision } = breakerOf({ errorThreshold: 0, volumeThreshold: 1 })
  run(0, 'ok')
  expect(decision(0)).toBe('block')
})

test('forgets what left the window', () => {
  const { run, decision } = breakerOf()
  run(0, 'error', 'error', 'error', 'error')
  expect(decision(10_000)).toBe('allow')
})

test('lets one probe through when the time is over, and closes when it succeeds', () => {
  const { enter, decision } = tripped()
  expect(decision(4999)).toBe('block')
  const probe = enter(5000) as BreakerPass
  expect(probe.decision).toBe('allow_while_open')
  expect(decision(5001)).toBe('block')
  probe.settle(false, 5100)
  expect(decision(5100)).toBe('allow')
})

test('waits once more when the probe fails', () => {
  const { enter, decision } = tripped()
  ;(enter(5000) as BreakerPass).settle(true, 7000)
  expect(decision(11_999)).toBe('block')
  expect(decision(12_000)).toBe('allow_while_open')
})

test('probes again when a probe never ends', () => {
  const { decision } = tripped()
  expect(decision(5000)).toBe('allow_while_open')
  expect(decision(10_000)).toBe('allow_while_open')
})

test('is not closed by a request that began before it opened', () => {
  const { enter, run, decision } = breakerOf()
  const early = enter(0) as BreakerPass
  run(0, 'error', 'error', 'error', 'error')
  expect(decision(0)).toBe('block')
  early.settle(false, 1)
  expect(decision(1)).toBe('block')
})

test('counts a request once, however often it is told', () => {
  const { enter, decision } = breakerOf()
  const pass = enter(0) as BreakerPass
  for (let times = 0; times < 10; times++) pass.settle(true, 0)
  expect(decision(0)).toBe('allow')
})

test('never opens where it is not enforced', () => {
  const { run, decision } = breakerOf({ enforce: false })
  run(0, 'error', 'error', 'error', 'error', 'error')
  expect(decision(0)).toBe('allow')
})

test('an error is a status of 500 or more, or no response', () => {
  expect([undefined, 500, 503, 599].map(isCircuitError)).toEqual([true, true, true, true])
  expect([101, 200, 404, 499].map(isCircuitError)).toEqual([false, false, false, false])
})

test('keeps one breaker a key, and forgets the one unused longest beyond the limit', () => {
  const breakers = createCircuitBreakers({ maxBreakers: 2 })
  const first = breakers.breaker('a', config)
  breakers.breaker('b', config)
  expect(breakers.breaker('a', config)).toBe(first)
  const second = breakers.breaker('b', config)
  breakers.breaker('c', config)
  expect(breakers.breaker('b', config)).toBe(second)
  expect(breakers.breaker('a', config)).not.toBe(first)
})
