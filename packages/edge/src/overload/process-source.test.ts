import { closeSync, existsSync, openSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ProcessSource } from './process-source.ts'

test('this process has less in use than there is', () => {
  const source = new ProcessSource()
  onTestFinished(() => source.close())
  const { memoryBytes, heapBytes, eventLoopDelayMs } = source.sample()
  expect(memoryBytes).toBeGreaterThan(0)
  expect(memoryBytes).toBeLessThan(source.capacity.memoryBytes)
  expect(heapBytes).toBeLessThan(source.capacity.heapBytes)
  expect(eventLoopDelayMs).toBe(0)
})

test.skipIf(!existsSync('/proc/self/fd'))('open descriptors are counted', () => {
  const source = new ProcessSource()
  onTestFinished(() => source.close())
  const before = source.sample().descriptors as number
  const opened = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'))
  onTestFinished(() => opened.forEach(closeSync))
  // Others of this process open and close some meanwhile.
  expect(source.sample().descriptors).toBeGreaterThan(before + 50)
  expect(source.capacity.descriptors).toBeGreaterThan(before)
})

test('an event loop that is late all the time is seen', async () => {
  const source = new ProcessSource()
  onTestFinished(() => source.close())
  const beLate = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
      await nextTurn()
    }
  }
  await beLate()
  source.sample()
  await beLate()
  expect(source.sample().eventLoopDelayMs).toBeGreaterThan(20)
})
