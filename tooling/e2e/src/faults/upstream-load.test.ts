import '../harness/dangling.ts'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { startLab } from './harness/lab.ts'
import { shown, startLoad } from './harness/load.ts'
import { hasProc, openSockets } from './harness/process-view.ts'

// Each fault alone, for one visitor: bad-upstream.test.ts beside this directory.
const table = new FaultTable()

/** What visitors may see of each. */
const FAULTS: readonly [fault: (response: ServerResponse) => void, seen: RegExp][] = [
  [(response) => response.socket?.destroy(), /^502 ERR_TUNNEL_3004$/],
  [(response) => response.socket?.resetAndDestroy(), /^502 ERR_TUNNEL_3210$/],
  [(response) => response.socket?.end('\x00garbage\r\n\r\n'), /^502 ERR_TUNNEL_3004$/],
  // An answer that is cut within its first packet may be a connection that is.
  [(response) => response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), /^(cut|ECONNRESET)$/],
  [() => {}, /^504 ERR_TUNNEL_3005$/],
]

test.skipIf(!hasProc)('an upstream that fails every other time, in every way, costs only those requests', async () => {
  let count = 0
  const lab = await startLab({
    serve: (_incoming, response) => {
      const fault = FAULTS[(count++ >> 1) % FAULTS.length]?.[0]
      if (count % 2 === 0) response.end('hello')
      else fault?.(response)
    },
    edgeArgs: ['--upstream-idle-timeout=1s'],
  })
  const agent = await lab.startAgent()
  const before = openSockets(agent.child)
  const load = startLoad(lab.url)
  await load.untilServed(200)
  const failures = await load.stop()
  expect(failures.filter((outcome) => !FAULTS.some(([, seen]) => seen.test(outcome)))).toEqual([])
  for (const [, seen] of FAULTS) expect(failures.some((outcome) => seen.test(outcome))).toBe(true)
  await until(() => lab.upstream.openConnections === 0, 'upstream connections to be gone', 20_000)
  await until(() => openSockets(agent.child) <= before, 'sockets of the agent to be gone')
  table.row('upstream fails every other time, 16 visitors', shown(load), 'nothing left over')
})
