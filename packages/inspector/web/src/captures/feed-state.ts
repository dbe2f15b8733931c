import type { AgentStatus, StoreUsage } from '../../../src/contract.ts'
import type { FilterProblem } from '../../../src/filter.ts'

/** What a reader of the feed sees at one moment; another object after every change. */
export interface FeedState {
  readonly connection: 'connecting' | 'open' | 'lost'
  readonly loading: boolean
  readonly paused: boolean
  /** Changes that wait for the end of the pause. */
  readonly held: number
  readonly problem: FilterProblem | undefined
  readonly headerNames: readonly string[]
  readonly status: AgentStatus | undefined
  readonly usage: StoreUsage | undefined
  /** Captures that the agent holds, shown or not. */
  readonly total: number
}

export const firstFeedState: FeedState = {
  connection: 'connecting',
  loading: true,
  paused: false,
  held: 0,
  problem: undefined,
  headerNames: [],
  status: undefined,
  usage: undefined,
  total: 0,
}
