import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { openTcp } from '../harness/raw-connection.ts'
import { responsesIn } from '../harness/responses.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { HOST, type RequestCase, type Verdict } from './case.ts'
import { chunkCases, forbiddenTrailers } from './chunks.ts'
import { codingCases } from './codings.ts'
import { headCases } from './heads.ts'
import { lengthCases } from './lengths.ts'
import { type Reader, startReader } from './reader.ts'
import { SmugglingTable } from './table.ts'

const NEXT = `GET /next HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`
const table = new SmugglingTable('to the edge, over HTTP/1.1')

test.each([
  ['lengths', lengthCases],
  ['codings', codingCases],
  ['chunks', chunkCases],
  ['heads', headCases],
])(
  '%s: an independent parser behind the edge understands what the table says, and nothing else',
  async (family, cases) => {
    const tunnel = await startTestEdge()
    const service = await startReader(tunnel, `http://${HOST}`)
    const got: string[] = []
    for (const one of cases) {
      const verdict = await verdictOf(one, tunnel, service)
      table.row(family, one.name, verdict)
      got.push(`${one.name}: ${JSON.stringify(verdict)}`)
    }
    expect(got).toEqual(cases.map(({ name, verdict }) => `${name}: ${JSON.stringify(verdict)}`))
  },
)

test.each(forbiddenTrailers)('a trailer %s does not become a field of the request', async (trailer) => {
  const tunnel = await startTestEdge()
  let seen: IncomingMessage | undefined
  const upstream = await startUpstream((incoming, response) => {
    incoming.resume().on('end', () => {
      seen = incoming
      response.end()
    })
  })
  await tunnel.forward(upstream, { url: `http://${HOST}` })
  const visitor = await openTcp(tunnel.httpPort)
  visitor.send(
    `POST / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n${trailer}\r\n\r\n`,
  )
  await visitor.receiveAll()
  const name = trailer.slice(0, trailer.indexOf(':')).toLowerCase()
  const value = trailer.slice(trailer.indexOf(':') + 2)
  expect(seen?.headers[name]).not.toBe(name === 'transfer-encoding' ? undefined : value)
  expect(seen?.trailers).not.toHaveProperty(name)
})

async function verdictOf({ bytes, ends }: RequestCase, tunnel: TestEdge, service: Reader): Promise<Verdict> {
  const [wholeBefore, begunBefore] = [service.whole.length, service.begun]
  const visitor = await openTcp(tunnel.httpPort)
  if (ends) visitor.finish(bytes)
  else visitor.send(bytes + NEXT)
  const received = await visitor.receiveAll()
  const statuses = responsesIn(received, bytes.startsWith('HEAD') ? ['HEAD'] : []).map(({ status }) => status)
  const requests = service.whole.slice(wholeBefore)
  if (statuses.length === 0) {
    await until(() => service.open === 0, 'the upstream connection to close')
    expect(service.whole.slice(wholeBefore)).toEqual([])
    return 'unanswered'
  }
  if (service.begun === begunBefore) return { refused: statuses.length === 1 ? (statuses[0] as number) : Number.NaN }
  const next = ends ? undefined : requests.pop()
  if (!ends && next !== 'GET /next ""') requests.push(`then ${next}`)
  return { understood: requests }
}
