import type { Children } from '../process.ts'
import type { Target } from '../target.ts'
import { runWrk } from '../wrk.ts'

const connections = 64
/** As long as peers are warmed: code that has more to do takes longer until it is compiled. */
const warmUpSeconds = 10
const seconds = 3
/** Measured in turn, so that what disturbs the machine disturbs all. Each begins with another target: the place in a turn is worth a few percent. */
const turns = 3

/** Small requests per second of each target, which are warm before any is measured. */
export async function ratesInTurn(
  targets: readonly Target[],
  children: Children,
  signal: AbortSignal,
): Promise<number[]> {
  for (const target of targets) await runWrk(target, connections, warmUpSeconds, children, signal)
  const sums = targets.map(() => 0)
  for (let turn = 0; turn < turns; turn++) {
    for (let place = 0; place < targets.length; place++) {
      const index = (turn + place) % targets.length
      const target = targets[index] as Target
      const { requestsPerSecond } = await runWrk(target, connections, seconds, children, signal)
      sums[index] = (sums[index] as number) + requestsPerSecond
    }
  }
  return sums.map((sum) => sum / turns)
}
