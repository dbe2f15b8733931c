/**
 * What an edge that runs out of something no longer does, each with those before: 1 keeps no connections for further requests,
 * 2 takes no new connections and agent sessions, 3 takes no new requests. What runs goes on in all of them.
 */
export type OverloadStage = 0 | 1 | 2 | 3

/** What can run out. */
export type OverloadReason = 'memory' | 'heap' | 'descriptors' | 'event loop'

/** What begins at a mark ends below this share of it, so that an edge at its mark does not go to and fro. */
export const LEAVE_SHARE = 0.9

/** Percentages of a bound at which the three stages begin. */
export type StageMarks = readonly [number, number, number]

/** The highest stage whose mark is reached, or was and is not left yet. */
export function stageAt(percent: number, marks: StageMarks, before: OverloadStage): OverloadStage {
  for (const stage of [3, 2, 1] as const) {
    const mark = marks[stage - 1] as number
    if (percent >= (before >= stage ? mark * LEAVE_SHARE : mark)) return stage
  }
  return 0
}

/**
 * Which stages help against what. Where it is the event loop that is late, a visitor that has to connect anew costs more than one that
 * stays; where descriptors are short, a request on an open connection takes none.
 */
const HELPS: Readonly<Record<OverloadReason, { first: OverloadStage; last: OverloadStage }>> = {
  memory: { first: 1, last: 3 },
  heap: { first: 1, last: 3 },
  descriptors: { first: 1, last: 2 },
  'event loop': { first: 2, last: 3 },
}

export function helpfulStage(reason: OverloadReason, reached: OverloadStage): OverloadStage {
  const { first, last } = HELPS[reason]
  if (reached < first) return 0
  return reached > last ? last : reached
}
