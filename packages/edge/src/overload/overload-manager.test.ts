import { expect, onTestFinished, test } from 'vitest'
import { defaultEdgeLimits, type EdgeLimits } from '../limits.ts'
import { silentLog } from '../ports.ts'
import { Overload } from './overload.ts'
import { OverloadManager } from './overload-manager.ts'
import type { OverloadSample, OverloadSource } from './overload-source.ts'

/** Values as a test sets them, of a machine on which a hundred of everything is all. */
class ManualSource implements OverloadSource {
  readonly capacity = { memoryBytes: 100, heapBytes: 100, descriptors: 100 as number | undefined }
  now: OverloadSample = { memoryBytes: 10, heapBytes: 10, descriptors: 10, eventLoopDelayMs: 0 }
  isClosed = false

  sample(): OverloadSample {
    return this.now
  }

  close(): void {
    this.isClosed = true
  }
}

function watch(own: Partial<EdgeLimits> = {}) {
  const source = new ManualSource()
  const limits = { ...defaultEdgeLimits, ...own }
  const overload = new Overload()
  const logged: (object & { msg: string })[] = []
  const log = { ...silentLog, warn: (fields: object, msg: string) => void logged.push({ ...fields, msg }) }
  const manager = new OverloadManager({ limits, source, overload, log })
  onTestFinished(() => manager.close())
  const stagesOf = (what: keyof OverloadSample, ...values: number[]): number[] =>
    values.map((value) => {
      source.now = { ...source.now, [what]: value }
      manager.look()
      return overload.stage
    })
  return { source, limits, overload, manager, logged, stagesOf }
}

test('memory goes through all stages and back', () => {
  const { stagesOf } = watch()
  expect(stagesOf('memoryBytes', 79, 80, 90, 95, 85, 80, 71)).toEqual([0, 1, 2, 3, 2, 1, 0])
})

test('the marks are percentages of what the limits say, and of what the machine has where they say nothing', () => {
  const { stagesOf, limits } = watch({ maxMemoryBytes: 1000, maxDescriptors: 50, maxEventLoopDelayMs: 10 })
  expect(stagesOf('memoryBytes', 799, 800, 0)).toEqual([0, 1, 0])
  expect(stagesOf('descriptors', 39, 40, 45, 1000, 0)).toEqual([0, 1, 2, 2, 0])
  expect(stagesOf('eventLoopDelayMs', 8, 9, 10, 0)).toEqual([0, 2, 3, 0])
  expect(stagesOf('heapBytes', 80, 0)).toEqual([1, 0])
  limits.maxMemoryBytes = 0
  expect(stagesOf('memoryBytes', 95)).toEqual([3])
})

test('each mark is settable', () => {
  const { stagesOf } = watch({ keepAliveMarkPercent: 20, connectionMarkPercent: 40, requestMarkPercent: 60 })
  expect(stagesOf('memoryBytes', 19, 20, 40, 60)).toEqual([0, 1, 2, 3])
})

test('the event loop may be as late as it likes where it is not bounded', () => {
  const { stagesOf } = watch({ maxEventLoopDelayMs: 0 })
  expect(stagesOf('eventLoopDelayMs', 1_000_000)).toEqual([0])
})

test('what nobody can say leads to nothing', () => {
  const { source, manager, overload } = watch()
  source.capacity.descriptors = undefined
  source.now = { ...source.now, descriptors: 1_000_000 }
  manager.look()
  source.capacity.descriptors = 100
  source.now = { ...source.now, descriptors: undefined }
  manager.look()
  expect(overload.stage).toBe(0)
})

test('the worst counts, and one that is over does not end what another one needs', () => {
  const { stagesOf, manager } = watch()
  stagesOf('memoryBytes', 90)
  expect(stagesOf('eventLoopDelayMs', 1000)).toEqual([3])
  expect(manager.status).toMatchObject({ stage: 3, reasons: ['event loop', 'memory'] })
  expect(stagesOf('eventLoopDelayMs', 0)).toEqual([2])
  expect(manager.status).toMatchObject({ stage: 2, reasons: ['memory'] })
})

test('each transition is logged once, with what caused it, its value and its mark', () => {
  const { stagesOf, logged } = watch()
  stagesOf('memoryBytes', 10, 92, 93, 94, 99, 71, 70)
  const cause = { reason: 'memory', limit: 100 }
  expect(logged).toEqual([
    { ...cause, stage: 2, before: 0, value: 92, mark: 90, msg: 'overload: new connections and sessions are refused' },
    { ...cause, stage: 3, before: 2, value: 99, mark: 95, msg: 'overload: new requests are refused' },
    { ...cause, stage: 0, before: 3, value: 71, mark: 86, msg: 'overload is over' },
  ])
})

test('its status has the last sample and what was refused, and does not change afterwards', () => {
  const { stagesOf, manager, overload } = watch()
  stagesOf('memoryBytes', 81)
  const { status } = manager
  overload.refused.requests++
  expect(status).toMatchObject({ stage: 1, reasons: ['memory'], memoryBytes: 81, heapBytes: 10, descriptors: 10 })
  expect(status.refused.requests).toBe(0)
  expect(manager.status.refused.requests).toBe(1)
})

test('it closes its source', () => {
  const { manager, source } = watch()
  manager.close()
  expect(source.isClosed).toBe(true)
})
