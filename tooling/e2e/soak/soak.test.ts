import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LargeBody } from '../src/harness/large-body.ts'
import { until } from '../src/harness/until.ts'
import { verdictOn } from './flatness.ts'
import { LogWatch } from './log-watch.ts'
import { type Gauge, Sampler } from './sampler.ts'
import { readSettings } from './settings.ts'
import { setStage } from './stage.ts'
import { headerLine, rowLine, verdictLine } from './table.ts'
import { Traffic } from './traffic.ts'

const { minutes, bodyMegabytes } = readSettings(process.env)
const seconds = minutes * 60
const ROWS = 40
/** Of the time: code is compiled, pools and heaps find their size. */
const WARM_UP_SHARE = 1 / 3
/** What was begun may end: a large body takes a while. */
const ENDING_MS = 180_000
/** Handles that a process may open once, whatever the traffic. */
const HANDLES_KEPT = 4

const print = (line: string): void => void process.stdout.write(`${line}\n`)

// Memory and handles are read from /proc.
test.skipIf(!existsSync('/proc/self/fd'))(
  `edge and agents stay as they are under mixed traffic for ${minutes} minutes`,
  { timeout: seconds * 1000 + 2 * ENDING_MS },
  async () => {
    const log = new LogWatch()
    const stage = await setStage(new LargeBody(bodyMegabytes * 1024 * 1024), log)
    const { gauges } = stage
    const counted = gauges.filter(({ unit }) => unit === '')
    const before = counted.map((gauge) => gauge.read())

    const traffic = new Traffic()
    print(`\nmixed traffic for ${minutes} min, bodies up to ${bodyMegabytes} MiB\n${headerLine(gauges)}`)
    const sampler = new Sampler(gauges, seconds / ROWS, (row) => print(rowLine(gauges, row, traffic.visits)))
    for (const { kinds, site } of stage.visits) traffic.start(kinds, site)
    await until(() => sampler.seconds >= seconds, 'the time to be over', seconds * 1000 + ENDING_MS)
    sampler.stop()
    await traffic.stop()
    stage.leave()

    const verdicts = gauges.map((gauge) => verdictOn(gauge, sampler.pointsOf(gauge, seconds * WARM_UP_SHARE)))
    print(traffic.summary())
    print(
      `slopes by least squares (the least of all, last half, last third) after ${(seconds * WARM_UP_SHARE).toFixed(0)} s of warm-up`,
    )
    for (const verdict of verdicts) print(verdictLine(verdict))
    expect(traffic.failures).toEqual([])
    expect(log.unexpected).toEqual([])
    expect(traffic.missing).toEqual([])
    expect(verdicts.filter(({ isFlat }) => !isFlat).map(verdictLine)).toEqual([])

    const kept = (): Gauge[] =>
      counted.filter((gauge, index) => gauge.read() > (before[index] as number) + HANDLES_KEPT)
    await until(() => kept().length === 0, 'what visitors used to be given back', 30_000).catch(() => {
      expect(
        kept().map((gauge) => `${gauge.name}: ${gauge.read()}`),
        'not given back',
      ).toEqual([])
    })
  },
)
