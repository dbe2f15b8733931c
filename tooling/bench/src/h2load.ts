import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Children, Command } from './process.ts'
import { percentileOf } from './statistics.ts'
import type { Target } from './target.ts'

/** HTTP/2 over TLS: `connections` with `streams` requests at a time on each. Returns requests per second. */
export async function measureHttp2(
  target: Target,
  { connections, streams, seconds }: { connections: number; streams: number; seconds: number },
  children: Children,
  signal: AbortSignal,
): Promise<number> {
  const output = await children.run(
    h2load(target, ['-c', `${connections}`, '-m', `${streams}`, '-D', `${seconds}`, `https://${target.host}/`]),
    signal,
  )
  if (!/^Application protocol: h2$/m.test(output)) throw new Error('the peer did not speak HTTP/2')
  assertNoFailures(output)
  const rate = Number(/^finished in .*?, ([\d.]+) req\/s/m.exec(output)?.[1])
  if (!(rate > 0)) throw new Error(`h2load printed no rate: ${output.trim()}`)
  return rate
}

const pacedConnections = 32

/** HTTP/1.1 at a fixed rate, whatever the answers take. Returns the percentiles of their latency, in milliseconds. */
export async function measurePacedLatency(
  target: Target,
  { requestsPerSecond, seconds }: { requestsPerSecond: number; seconds: number },
  children: Children,
  signal: AbortSignal,
): Promise<{ p50: number; p99: number }> {
  const log = join(children.dir, 'latencies')
  const pace = Math.max(1, Math.floor(requestsPerSecond / pacedConnections))
  const output = await children.run(
    h2load(target, [
      '--h1',
      ...['-c', `${pacedConnections}`, '-D', `${seconds}`, `--rps=${pace}`, `--log-file=${log}`],
      `http://${target.host}/`,
    ]),
    signal,
  )
  assertNoFailures(output)
  const milliseconds = latenciesFrom(await readFile(log, 'utf8'))
  return { p50: percentileOf(milliseconds, 50), p99: percentileOf(milliseconds, 99) }
}

/** One thread, to loopback whatever the name. */
function h2load(target: Target, args: readonly string[]): Command {
  return ['h2load', '-t', '1', `--connect-to=127.0.0.1:${target.port}`, ...args]
}

function assertNoFailures(output: string): void {
  const [, failed, errored] = /^requests: .* (\d+) failed, (\d+) errored/m.exec(output) ?? []
  const [, notFound, broken] = /^status codes: .* (\d+) 4xx, (\d+) 5xx/m.exec(output) ?? []
  if ([failed, errored, notFound, broken].some((count) => count !== '0')) {
    throw new Error(
      `h2load: ${output
        .split('\n')
        .filter((line) => /^(requests|status codes):/.test(line))
        .join('; ')}`,
    )
  }
}

/** Lines of start in microseconds, status, latency in microseconds. */
function latenciesFrom(log: string): number[] {
  return log
    .trim()
    .split('\n')
    .map((line) => Number(line.split('\t')[2]) / 1000)
}
