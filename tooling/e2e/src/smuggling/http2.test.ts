import { expect, test } from 'vitest'
import type { RawConnection } from '../harness/raw-connection.ts'
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  framesOf,
  headerBlock,
  openRawHttp2,
  statusIn,
} from '../harness/raw-http2.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { HOST } from './case.ts'
import type { Http2Case } from './http2-case.ts'
import { http2Cases } from './http2-cases.ts'
import { startReader } from './reader.ts'
import { SmugglingTable } from './table.ts'

const table = new SmugglingTable('to the edge, over HTTP/2')

test('what HTTP/2 says and HTTP/1.1 would read differently is refused; the upstream understands the rest as it was meant', async () => {
  const tunnel = await startTestEdge()
  const service = await startReader(tunnel, `https://${HOST}`)
  const got: string[] = []
  const line = (name: string, verdict: number | 'reset', understood: readonly string[]): string =>
    `${name}: ${JSON.stringify([verdict, ...understood])}`
  for (const one of http2Cases) {
    const before = service.whole.length
    const verdict = await outcomeOf(one, tunnel.url('host'))
    await until(() => service.begun === service.whole.length || service.open === 0, 'the upstream to be done')
    const understood = service.whole.slice(before)
    table.row('http2', one.name, { verdict, understood })
    got.push(line(one.name, verdict, understood))
  }
  expect(got).toEqual(
    http2Cases.map(({ name, verdict, understood }) => line(name, verdict, understood ? [understood] : [])),
  )
})

async function outcomeOf({ fields, data = [], trailers }: Http2Case, url: string): Promise<number | 'reset'> {
  const connection = await openRawHttp2(url)
  const last = data.length === 0 && !trailers
  connection.send(frame(FRAME.headers, END_HEADERS | (last ? END_STREAM : 0), 1, headerBlock(fields)))
  for (const [index, text] of data.entries()) {
    const ends = index === data.length - 1 && !trailers
    connection.send(frame(FRAME.data, ends ? END_STREAM : 0, 1, Buffer.from(text, 'latin1')))
  }
  if (trailers) connection.send(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, headerBlock(trailers)))
  let outcome: number | 'reset' | undefined
  await until(() => {
    outcome = outcomeIn(connection)
    return outcome !== undefined
  }, 'an answer over HTTP/2')
  connection.socket.destroy()
  return outcome as number | 'reset'
}

/** A status, once its stream has ended, or that stream or connection were refused. */
function outcomeIn(connection: RawConnection): number | 'reset' | undefined {
  let status: number | undefined
  for (const { type, flags, stream, payload } of framesOf(connection)) {
    if (type === FRAME.goAway || type === FRAME.rstStream) return 'reset'
    if (type === FRAME.headers) status = statusIn(payload)
    const canEnd = type === FRAME.headers || type === FRAME.data
    if (canEnd && flags & END_STREAM && stream === 1) return status
  }
  return undefined
}
