import { totalmem } from 'node:os'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { DescriptorCount } from './descriptor-count.ts'
import { openFileLimit } from './open-file-limit.ts'
import type { OverloadSample, OverloadSource } from './overload-source.ts'

/** How often the event loop is looked at: ten times in a sample, and forty wakeups a second for an idle process. */
const RESOLUTION_MS = 25

/** This process, on this machine. */
export class ProcessSource implements OverloadSource {
  readonly capacity = {
    memoryBytes: memoryCapacity(),
    heapBytes: getHeapStatistics().heap_size_limit,
    descriptors: openFileLimit(),
  }
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #descriptors = new DescriptorCount(this.capacity.descriptors)
  #delayMs = 0
  #memoryBytes = 0

  constructor() {
    this.#delays.enable()
  }

  sample(): OverloadSample {
    return {
      memoryBytes: this.#residentMemory(),
      heapBytes: getHeapStatistics().used_heap_size,
      descriptors: this.#descriptors.count(),
      eventLoopDelayMs: this.#eventLoopDelay(),
    }
  }

  close(): void {
    this.#delays.disable()
  }

  /** To be read it takes a descriptor; without one left it is what it was. */
  #residentMemory(): number {
    try {
      this.#memoryBytes = process.memoryUsage.rss()
    } catch {}
    return this.#memoryBytes
  }

  /** What two samples in a row have seen in their middle: a single long pause is no overload. */
  #eventLoopDelay(): number {
    const before = this.#delayMs
    if (this.#delays.count > 0) this.#delayMs = Math.max(0, this.#delays.percentile(50) / 1e6 - RESOLUTION_MS)
    this.#delays.reset()
    return Math.round(Math.min(before, this.#delayMs))
  }
}

function memoryCapacity(): number {
  // Without a control group 0, or more than any machine has.
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
