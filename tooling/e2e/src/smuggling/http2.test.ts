import { expect, test } from 'vitest'
import type { RawConnection } from '../harness/raw-connection.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, headerBlock, openRawHttp2 } from '../harness/raw-http2.ts'
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
function outcomeIn({ bytes }: RawConnection): number | 'reset' | undefined {
  let status: number | undefined
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const [type, flags] = [bytes[at + 3], bytes[at + 4] as number]
    if (type === FRAME.goAway || type === FRAME.rstStream) return 'reset'
    if (type === FRAME.headers) status = statusAt(bytes, at + 9)
    if ((type === FRAME.headers || type === FRAME.data) && flags & END_STREAM && bytes.readUInt32BE(at + 5) === 1)
      return status
  }
  return undefined
}

/** HPACK: an index of the static table, or a literal of three digits with a Huffman code or without (RFC 7541 §6, appendix B). */
function statusAt(bytes: Buffer, at: number): number {
  const indexed = { 136: 200, 137: 204, 139: 304, 140: 400, 141: 404, 142: 500 }[bytes[at] as number]
  if (indexed !== undefined) return indexed
  const length = bytes[at + 1] as number
  const value = bytes.subarray(at + 2, at + 2 + (length & 0x7f))
  if (length < 0x80) return Number(value.toString('latin1'))
  let bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let digits = ''
  while (digits.length < 3) {
    const short = Number.parseInt(bits.slice(0, 5), 2)
    digits += short < 3 ? short : Number.parseInt(bits.slice(0, 6), 2) - 0b011001 + 3
    bits = bits.slice(short < 3 ? 5 : 6)
  }
  return Number(digits)
}
