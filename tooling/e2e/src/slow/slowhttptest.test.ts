import '../harness/dangling.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FaultTable } from '../faults/harness/fault-table.ts'
import { hasProc } from '../faults/harness/process-view.ts'
import { findProgram } from '../harness/find-program.ts'
import { runToEnd } from '../harness/process.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Attack, type Outcome, Siege } from './harness/siege.ts'

const table = new FaultTable()
const program = findProgram('slowhttptest')
const SECONDS = 3

/** Its modes, with what makes each of them bite within seconds, and what it asks for. */
const modes: Record<string, readonly [target: string, ...args: string[]]> = {
  'slow heads': ['/', '-H', '-i', '1'],
  'slow bodies': ['/', '-B', '-i', '1', '-s', '8192'],
  'overlapping ranges': ['/large', '-R', '-a', '5', '-b', '1000'],
  'slow reads': ['/large', '-X', '-w', '10', '-y', '20', '-n', '1', '-z', '5', '-k', '3'],
}

const attacks = Object.entries(modes).map(
  ([name, [target, ...mode]]): Attack => ({
    name: `slowhttptest: ${name}, 100 connections`,
    run: async ({ lab }) => {
      const report = join(temporaryDirectory(), 'report')
      const { port } = new URL(lab.url)
      await runToEnd(program as string, [
        ...mode,
        ...['-c', '100', '-r', '100', '-l', String(SECONDS), '-p', '3'],
        // As a proxy, so that nobody has to resolve the name.
        ...['-d', `127.0.0.1:${port}`, '-u', `${lab.url}${target}`],
        ...['-g', '-o', report, '-v', '0'],
      ])
      const seconds = readFileSync(`${report}.csv`, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').map(Number))
      expect(seconds.length).toBeGreaterThan(1)
      expect(seconds.map((columns) => (columns.at(-1) as number) > 0)).toEqual(seconds.map(() => true))
      return `service available in each of ${seconds.length} s`
    },
  }),
)

test.skipIf(!hasProc || program === undefined)(
  'slowhttptest finds the service available in all of its modes (needs slowhttptest)',
  { timeout: 120_000 },
  async () => {
    const siege = await Siege.start()
    const outcomes: Outcome[] = await siege.stand(attacks)
    for (const { name, attackersGot, honestSaw, failure } of outcomes)
      table.row(name, honestSaw, failure ?? `${attackersGot}; nothing left`)
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([])
  },
)
