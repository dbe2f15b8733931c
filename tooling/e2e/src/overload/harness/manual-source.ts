import type { OverloadSample, OverloadSource, OverloadStage } from '@tunnel/edge'
import { startTestEdge, type TestEdge, type TestEdgeOptions } from '../../harness/test-edge.ts'
import { until } from '../../harness/until.ts'

/** A machine with a hundred of everything, of which a test says how much is in use. */
class ManualSource implements OverloadSource {
  readonly capacity = { memoryBytes: 100, heapBytes: 100, descriptors: 100 }
  memoryBytes = 0

  sample(): OverloadSample {
    return { memoryBytes: this.memoryBytes, heapBytes: 0, descriptors: 0, eventLoopDelayMs: 0 }
  }

  close(): void {}
}

/** Where the default marks lead to each stage. */
const MEMORY_AT = { 0: 10, 1: 85, 2: 92, 3: 99 } as const

/** An edge whose memory a test fills and empties. */
export async function startStagedEdge({ limits, ...options }: TestEdgeOptions = {}): Promise<{
  tunnel: TestEdge
  enter(stage: OverloadStage): Promise<void>
}> {
  const source = new ManualSource()
  const tunnel = await startTestEdge({ ...options, overload: source, limits: { overloadSampleMs: 5, ...limits } })
  const enter = (stage: OverloadStage): Promise<void> => {
    source.memoryBytes = MEMORY_AT[stage]
    return until(() => tunnel.edge.overload.stage === stage, `stage ${stage}`)
  }
  return { tunnel, enter }
}
