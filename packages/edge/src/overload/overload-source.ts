/** What a process has in use. `undefined` where nobody can say. */
export interface OverloadSample {
  /** Resident memory. */
  readonly memoryBytes: number
  /** Of V8's heap. */
  readonly heapBytes: number
  /** Open files, sockets and pipes. */
  readonly descriptors: number | undefined
  /** How late events are handled. */
  readonly eventLoopDelayMs: number
}

/** Says how much is in use, and how much there is: what an edge measures its overload by. */
export interface OverloadSource {
  /** Memory of the machine or its control group, V8's limit, the limit on open files. */
  readonly capacity: {
    readonly memoryBytes: number
    readonly heapBytes: number
    readonly descriptors: number | undefined
  }
  /** Called every `overloadSampleMs`. */
  sample(): OverloadSample
  close(): void
}
