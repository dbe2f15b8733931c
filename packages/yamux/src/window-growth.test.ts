import { ManualClock } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { WindowGrowth } from './window-growth.ts'

const KIB = 1024

function growth(options: { rttMs?: number; maxStreamBytes?: number; maxTotalBytes?: number }) {
  let measured = 0
  const subject = new WindowGrowth({
    clock: new ManualClock(),
    maxStreamBytes: options.maxStreamBytes ?? 1024 * KIB,
    maxTotalBytes: options.maxTotalBytes ?? 10_000 * KIB,
    rttMs: () => options.rttMs,
    measureRtt: () => measured++,
  })
  return { subject, measured: () => measured }
}

test('doubles a window that was half consumed in less than two round trips', () => {
  const { subject } = growth({ rttMs: 50 })
  expect(subject.next(256 * KIB, 1000, 1099)).toBe(512 * KIB)
})

test('counts a round trip as 5 ms at least: a ping on loopback knows nothing of busy event loops', () => {
  const { subject } = growth({ rttMs: 0.2 })
  expect(subject.next(256 * KIB, 1000, 1009)).toBe(512 * KIB)
  expect(subject.next(256 * KIB, 1000, 1010)).toBe(256 * KIB)
})

test('leaves the window of a slow reader', () => {
  const { subject } = growth({ rttMs: 50 })
  expect(subject.next(256 * KIB, 1000, 1100)).toBe(256 * KIB)
})

test('asks for the round-trip time when it is not known, and not once the window is at its limit', () => {
  const { subject, measured } = growth({})
  expect(subject.next(256 * KIB, 0, 1)).toBe(256 * KIB)
  expect(measured()).toBe(1)
  expect(subject.next(1024 * KIB, 0, 1)).toBe(1024 * KIB)
  expect(measured()).toBe(1)
})

test('stays within the limit of a stream and of all streams together', () => {
  const { subject } = growth({ rttMs: 50, maxStreamBytes: 600 * KIB, maxTotalBytes: 400 * KIB })
  expect(subject.next(512 * KIB, 0, 1)).toBe(600 * KIB)
  expect(subject.next(512 * KIB, 0, 1)).toBe(600 * KIB)
  expect(subject.next(256 * KIB, 0, 1)).toBe((256 + 400 - 88 * 2) * KIB)
  expect(subject.next(256 * KIB, 0, 1)).toBe(256 * KIB)
  subject.release(300 * KIB)
  expect(subject.next(256 * KIB, 0, 1)).toBe(300 * KIB)
})
