import '../harness/dangling.ts'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { responseTo, startRequest } from '../harness/http-request.ts'
import { LargeBody } from '../harness/large-body.ts'
import { untilStill } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { startLab } from './harness/lab.ts'
import { hasProc, residentBytes } from './harness/process-view.ts'

const table = new FaultTable()
const MEGABYTE = 1024 * 1024
const large = new LargeBody(256 * MEGABYTE)
const SLOW = 8

/** Of one stream, in each process: the yamux window at its largest, and what waits in front of a socket that takes nothing. */
const WINDOW_BYTES = 4 * MEGABYTE
const UNSENT_BYTES = 256 * 1024
/** Both directions of buffering, and what a young heap of V8 takes until it is collected. */
const MAX_GROWTH = SLOW * 2 * (WINDOW_BYTES + UNSENT_BYTES) + 48 * MEGABYTE

/** The most that any of the processes grows by from now on, so far. */
function watchGrowth(children: readonly ChildProcess[]): () => number {
  const before = children.map(residentBytes)
  let most = 0
  const look = (): number => {
    most = Math.max(most, ...children.map((child, at) => residentBytes(child) - (before[at] as number)))
    return most
  }
  const watching = setInterval(look, 25)
  onTestFinished(() => clearInterval(watching))
  return look
}

const shown = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MiB`

describe.skipIf(!hasProc)('memory is bounded by the windows', () => {
  test('while visitors do not read what an upstream sends as fast as it can', async () => {
    let sent = 0
    const lab = await startLab({
      serve: (_incoming, response) => {
        large.writeTo(response)
        response.on('drain', () => sent++)
      },
    })
    const agent = await lab.startAgent()
    const growth = watchGrowth([lab.edge.child, agent.child])
    for (let at = 0; at < SLOW; at++) {
      const outgoing = await startRequest(lab.secureUrl, { ca: lab.edge.ca })
      outgoing.end()
      const response = await responseTo(outgoing)
      response.on('error', () => {})
      response.pause()
    }
    await untilStill(() => sent)
    expect(growth()).toBeLessThan(MAX_GROWTH)
    expect((await lab.ask({ method: 'HEAD' })).status).toBe(200)
    table.row(
      `${SLOW} visitors do not read 256 MiB each`,
      '200 for others',
      `grew by ${shown(growth())}, bound ${shown(MAX_GROWTH)}`,
    )
  })

  test('while an upstream does not read what visitors send as fast as they can', async () => {
    const lab = await startLab({
      serve: (incoming, response) => {
        if (incoming.method === 'GET') response.end('hello')
      },
    })
    const agent = await lab.startAgent()
    const growth = watchGrowth([lab.edge.child, agent.child])
    let sent = 0
    for (let at = 0; at < SLOW; at++) {
      const outgoing = await startRequest(lab.secureUrl, { ca: lab.edge.ca, method: 'POST' })
      outgoing.on('drain', () => sent++)
      large.writeTo(outgoing)
      await once(outgoing, 'socket')
    }
    await untilStill(() => sent)
    expect(growth()).toBeLessThan(MAX_GROWTH)
    expect(await lab.ask()).toMatchObject({ status: 200 })
    table.row(
      `upstream reads none of ${SLOW} uploads`,
      '200 for others',
      `grew by ${shown(growth())}, bound ${shown(MAX_GROWTH)}`,
    )
  })
})
