import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { IdleTimer } from './idle-timer.ts'

/** What an idle timer asks of a socket. */
class TimedSocket extends EventEmitter {
  writableLength = 0
  timeout = 0

  setTimeout(ms: number): this {
    this.timeout = ms
    return this
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] })
})
afterEach(() => {
  // The time of a turn is kept until its end.
  vi.advanceTimersByTime(1)
  vi.useRealTimers()
})

function begin(ms = 3200) {
  const socket = new TimedSocket()
  const onIdle = vi.fn()
  const timer = new IdleTimer(socket as unknown as Socket, ms, onIdle)
  return { socket, onIdle, timer }
}

test('a socket that nothing is read from is idle after the time, and again after as long', () => {
  const { socket, onIdle } = begin()
  vi.advanceTimersByTime(3199)
  expect(onIdle).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(3200)
  expect(onIdle).toHaveBeenCalledTimes(2)
  expect(socket.timeout).toBe(0)
})

test('what is read or written puts it off, by a thirty-second of the time too much at most', () => {
  const { onIdle, timer } = begin()
  vi.advanceTimersByTime(1010)
  timer.touch()
  vi.advanceTimersByTime(1010)
  timer.wrote(0)
  vi.advanceTimersByTime(3199)
  expect(onIdle).not.toHaveBeenCalled()
  vi.advanceTimersByTime(101)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('while something is unwritten the time is the socket’s own, which sees whether it moves', () => {
  const { socket, onIdle, timer } = begin()
  socket.writableLength = 1
  timer.wrote(0)
  expect(socket.timeout).toBe(3200)
  vi.advanceTimersByTime(10_000)
  expect(onIdle).not.toHaveBeenCalled()
  socket.emit('timeout')
  expect(onIdle).toHaveBeenCalledTimes(1)

  timer.touch()
  expect(socket.timeout).toBe(3200)
  socket.writableLength = 0
  timer.touch()
  expect(socket.timeout).toBe(0)
  vi.advanceTimersByTime(3200)
  expect(onIdle).toHaveBeenCalledTimes(2)
})

test('so it is while something waits for the end of the turn', () => {
  const { socket, timer } = begin()
  timer.wrote(1)
  expect(socket.timeout).toBe(3200)
})

test('another time begins at once', () => {
  const { onIdle, timer } = begin()
  vi.advanceTimersByTime(3000)
  timer.ms = 100
  vi.advanceTimersByTime(99)
  expect(onIdle).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('a socket that is handed over has the time as its own', () => {
  const { socket, onIdle, timer } = begin()
  timer.handOver()
  expect(socket.timeout).toBe(3200)
  expect(socket.listenerCount('timeout')).toBe(0)
  // The end of the exchange that handed it over.
  timer.ms = 100
  expect(socket.timeout).toBe(100)
  vi.advanceTimersByTime(10_000)
  expect(onIdle).not.toHaveBeenCalled()
})

test('after the end, and with a time of 0, it says nothing', () => {
  const ended = begin()
  ended.timer.end()
  // The end of its exchange.
  ended.timer.touch()
  ended.timer.ms = 100
  const never = begin(0)
  never.timer.touch()
  vi.advanceTimersByTime(100_000)
  expect(ended.onIdle).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  expect(never.onIdle).not.toHaveBeenCalled()
})
