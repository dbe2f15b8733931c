import { expect, test } from 'vitest'
import { helpfulStage, type OverloadStage, stageAt } from './overload-stage.ts'

const MARKS = [80, 90, 95] as const

/** The stages of one percentage after the other. */
function stagesOf(...percentages: number[]): OverloadStage[] {
  let stage: OverloadStage = 0
  return percentages.map((percent) => {
    stage = stageAt(percent, MARKS, stage)
    return stage
  })
}

test('a stage begins at its mark', () => {
  expect(stagesOf(79.9, 80, 89.9, 90, 94.9, 95, 200)).toEqual([0, 1, 1, 2, 2, 3, 3])
})

test('a stage ends below nine tenths of its mark, and not before', () => {
  expect(stagesOf(95, 94, 85.5, 85.4, 81, 80.9, 72, 71.9)).toEqual([3, 3, 3, 2, 2, 1, 1, 0])
})

test('many stages begin and end at once', () => {
  expect(stagesOf(1000, 0)).toEqual([3, 0])
})

test('what would not help is not done', () => {
  const stages = [0, 1, 2, 3] as const
  expect(stages.map((stage) => helpfulStage('memory', stage))).toEqual([0, 1, 2, 3])
  expect(stages.map((stage) => helpfulStage('descriptors', stage))).toEqual([0, 1, 2, 2])
  expect(stages.map((stage) => helpfulStage('event loop', stage))).toEqual([0, 0, 2, 3])
})
