import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Children } from './process.ts'
import type { Target } from './target.ts'

export interface WrkResult {
  readonly requestsPerSecond: number
  /** Latency, in milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** wrk asks the resolver for the name that it puts into Host and SNI; ours are at 127.0.0.1, whatever their names. */
const resolverScript = `function wrk.resolve(host, service) wrk.addrs = wrk.lookup("127.0.0.1", service) end\n`

/** Runs wrk with one thread for `seconds`. Throws if any request failed: an error page is not a result. */
export async function runWrk(
  target: Target,
  connections: number,
  seconds: number,
  children: Children,
  signal: AbortSignal,
): Promise<WrkResult> {
  const script = join(children.dir, 'resolve.lua')
  await writeFile(script, resolverScript)
  const output = await children.run(
    [
      'wrk',
      '--threads=1',
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      '--latency',
      `--script=${script}`,
      `${target.tls ? 'https' : 'http'}://${target.host}/`,
    ],
    signal,
  )
  return resultFromWrk(output)
}

function resultFromWrk(output: string): WrkResult {
  const failures = /^\s*(Non-2xx or 3xx responses|Socket errors): .*$/m.exec(output)
  if (failures) throw new Error(failures[0].trim())
  const requestsPerSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(output)?.[1])
  if (!(requestsPerSecond > 0)) throw new Error(`wrk printed no rate: ${output.trim()}`)
  return { requestsPerSecond, p50: percentile(output, 50), p99: percentile(output, 99) }
}

const millisecondsOf: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

function percentile(output: string, percent: number): number {
  const [, value, unit = ''] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(output) ?? []
  return Number(value) * (millisecondsOf[unit] ?? Number.NaN)
}
