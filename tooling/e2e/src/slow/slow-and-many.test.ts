import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { FaultTable } from '../faults/harness/fault-table.ts'
import { hasProc } from '../faults/harness/process-view.ts'
import { http2Attacks } from './harness/http2-attacks.ts'
import { manyAttacks } from './harness/many-attacks.ts'
import { type Outcome, Siege } from './harness/siege.ts'
import { slowAttacks } from './harness/slow-attacks.ts'
import { unreadAttacks } from './harness/unread-attacks.ts'

const table = new FaultTable()

test.skipIf(!hasProc)(
  'whoever is slow or many is bounded by a limit, leaves nothing, and is not noticed by an honest visitor',
  { timeout: 180_000 },
  async () => {
    const siege = await Siege.start()
    // The slow ones wait, mostly, and do not disturb each other.
    const outcomes: Outcome[] = await siege.stand([...slowAttacks, ...unreadAttacks])
    for (const attack of [...manyAttacks, ...http2Attacks])
      if (!siege.hasLeftovers) outcomes.push(...(await siege.stand([attack])))
    for (const { name, attackersGot, honestSaw, failure } of outcomes)
      table.row(name, honestSaw, failure ?? `${attackersGot}; nothing left`)
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([])
  },
)
