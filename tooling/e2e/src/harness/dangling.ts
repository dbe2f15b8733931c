import { Socket } from 'node:net'
import { beforeEach } from 'vitest'
import { until } from './until.ts'

/** What a test could leave behind in its process. Timers are left to the tests of programs that must end by themselves. */
const KINDS = ['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'ProcessWrap', 'PipeWrap'] as const

/** Ends every test of a file by looking for what is still open. Import for its effect, before anything that cleans up. */
beforeEach(({ onTestFinished }) => {
  const before = openResources()
  // Registered first, so run last.
  onTestFinished(async () => {
    const leftOver = (): string[] => {
      const now = openResources()
      return KINDS.filter((kind) => now[kind] > before[kind]).map((kind) => `${now[kind] - before[kind]} × ${kind}`)
    }
    await until(() => leftOver().length === 0, 'what the test opened to be closed', 5000).catch(() => {
      throw new Error(`left open: ${leftOver().join(', ')}\n${openSockets().join('\n')}`)
    })
  })
})

/** Those of tests before among them. */
function openSockets(): string[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] }
  return handles
    .call(process)
    .filter((handle) => handle instanceof Socket)
    .map((socket) => {
      const { localPort, remotePort, readyState, destroyed, bytesRead, bytesWritten } = socket
      return `${localPort} → ${remotePort}, ${readyState}${destroyed ? ', destroyed' : ''}, ${bytesRead} B in, ${bytesWritten} B out`
    })
}

function openResources(): Record<(typeof KINDS)[number], number> {
  const active = process.getActiveResourcesInfo()
  const count = (kind: string): number => active.filter((name) => name === kind).length
  return Object.fromEntries(KINDS.map((kind) => [kind, count(kind)])) as Record<(typeof KINDS)[number], number>
}
