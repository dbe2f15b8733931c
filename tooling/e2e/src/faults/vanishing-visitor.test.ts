import '../harness/dangling.ts'
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { responseTo, startRequest } from '../harness/http-request.ts'
import { until } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { startLab } from './harness/lab.ts'
import { hasProc, openSockets } from './harness/process-view.ts'

const table = new FaultTable()

describe.skipIf(!hasProc).each(['http', 'https'])('a visitor over %s that vanishes', (scheme) => {
  const start = async () => {
    const seen: IncomingMessage[] = []
    const lab = await startLab({
      serve: (incoming, response) => {
        seen.push(incoming)
        incoming.resume()
        response.write('begun')
        // Over TLS a visitor that vanishes ends like one that still waits for its answer; only more of that tells.
        const more = setInterval(() => response.write('more'), 50)
        response.on('close', () => clearInterval(more))
      },
    })
    const agent = await lab.startAgent()
    const sockets = (): number => openSockets(lab.edge.child) + openSockets(agent.child)
    return { lab, seen, url: scheme === 'http' ? lab.url : lab.secureUrl, sockets, before: sockets() }
  }

  test('in the middle of an upload is gone for the upstream too, and leaves nothing', async () => {
    const { lab, seen, url, sockets, before } = await start()
    const uploads = await Promise.all(
      Array.from({ length: 20 }, () => startRequest(url, { ca: lab.edge.ca, method: 'POST' })),
    )
    for (const upload of uploads) upload.write(Buffer.alloc(100_000))
    await until(() => seen.length === uploads.length, 'the uploads at the upstream')
    for (const upload of uploads) vanish(upload)
    for (const incoming of seen) await until(() => incoming.aborted || incoming.destroyed, 'the upstream to see it')
    expect(seen.filter((incoming) => incoming.complete)).toEqual([])
    await until(() => lab.upstream.openConnections === 0, 'upstream connections to be gone')
    await until(() => sockets() <= before, 'sockets to be gone')
    table.row(`20 visitors vanish mid-upload, ${scheme}`, '–', 'upstream saw 20 aborted requests')
  })

  test('in the middle of a download is gone for the upstream too, and leaves nothing', async () => {
    const { lab, url, sockets, before } = await start()
    const downloads = await Promise.all(Array.from({ length: 20 }, () => startRequest(url, { ca: lab.edge.ca })))
    for (const download of downloads) {
      download.end()
      const response = await responseTo(download)
      response.on('error', () => {})
      await once(response, 'data')
    }
    expect(lab.upstream.openConnections).toBe(20)
    for (const download of downloads) vanish(download)
    await until(() => lab.upstream.openConnections === 0, 'upstream connections to be gone')
    await until(() => sockets() <= before, 'sockets to be gone')
    table.row(`20 visitors vanish mid-download, ${scheme}`, '–', 'upstream connections closed')
  })
})

function vanish({ socket }: ClientRequest): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket?.resetAndDestroy()
}
