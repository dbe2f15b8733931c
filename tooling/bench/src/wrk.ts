import type { Children } from './process.ts'
import type { Target } from './target.ts'

export const wrkConnections = 64

/** Runs wrk for `seconds` and returns requests per second. Throws if any request failed: an error page is not a result. */
export async function measureWithWrk(
  target: Target,
  seconds: number,
  children: Children,
  signal: AbortSignal,
): Promise<number> {
  const output = await children.run(
    [
      'wrk',
      '--threads=1',
      `--connections=${wrkConnections}`,
      `--duration=${seconds}s`,
      `--header=Host: ${target.host}`,
      `http://127.0.0.1:${target.port}/`,
    ],
    signal,
  )
  return requestsPerSecondFromWrk(output)
}

function requestsPerSecondFromWrk(output: string): number {
  const failures = /^\s*(Non-2xx or 3xx responses|Socket errors): .*$/m.exec(output)
  if (failures) throw new Error(failures[0].trim())
  const rate = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(output)?.[1])
  if (!(rate > 0)) throw new Error(`wrk printed no rate: ${output.trim()}`)
  return rate
}
