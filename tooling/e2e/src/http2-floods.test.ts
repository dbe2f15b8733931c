import { once } from 'node:events'
import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import type { RawConnection } from './harness/raw-connection.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, goAwayCode, openRawHttp2, requestBlock } from './harness/raw-http2.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_CANCEL } = constants

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Frames for the `index`th time; a flood is thousands of them. */
const floods: Record<string, (index: number, url: string) => Buffer> = {
  'requests that it resets at once': (index, url) => {
    const stream = 1 + 2 * index
    const request = frame(FRAME.headers, END_STREAM | END_HEADERS, stream, requestBlock(url))
    return Buffer.concat([request, frame(FRAME.rstStream, 0, stream, u32(NGHTTP2_CANCEL))])
  },
  'header blocks that never end': (index, url) =>
    index === 0
      ? frame(FRAME.headers, END_STREAM, 1, requestBlock(url))
      : frame(
          FRAME.continuation,
          0,
          1,
          Buffer.concat([Buffer.of(0, 1), Buffer.from('x'), Buffer.of(1), Buffer.from('y')]),
        ),
  SETTINGS: () => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), u32(65_535)])),
  PING: (index) => frame(FRAME.ping, 0, 0, Buffer.concat([u32(0), u32(index)])),
  'empty DATA': (index, url) =>
    index === 0
      ? frame(FRAME.headers, END_HEADERS, 1, requestBlock(url, 'POST'))
      : frame(FRAME.data, 0, 1, Buffer.alloc(0)),
}

test.each(Object.keys(floods))(
  'a visitor that floods with %s is told to calm down, and others are served',
  async (name) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      incoming.on('end', () => response.end('served')).resume()
    })
    const url = (await tunnel.forward(upstream)).url()
    const other = await openHttp2(url)
    expect(await http2Request(other, {})).toMatchObject({ text: 'served' })

    const connection = await openRawHttp2(url)
    await until(() => connection.bytes.length > 0, 'the settings of the edge')
    await within(
      flood(connection, (index) => floods[name]!(index, url)),
      'the edge to have had enough',
    )
    expect(goAwayCode(connection)).toBe(NGHTTP2_ENHANCE_YOUR_CALM)
    expect(await http2Request(other, {})).toMatchObject({ text: 'served' })
  },
)

// node:http2 says goodbye by itself for these, and then neither reads nor tells.
test.each([
  ['a PING of a wrong size', frame(FRAME.ping, 0, 0, Buffer.alloc(3))],
  ['a frame that is too large', frame(FRAME.data, 0, 1, Buffer.alloc(20_000))],
])('a visitor that sent %s is not waited for', async (_, bytes) => {
  const tunnel = await startTestEdge({ limits: { http2PingIntervalMs: 100 } })
  const connection = await openRawHttp2(tunnel.url('any'))
  await until(() => connection.bytes.length > 0, 'the settings of the edge')
  connection.send(bytes)
  await until(() => goAwayCode(connection) !== undefined, 'a goodbye')
  await until(() => tunnel.edge.visitorCount === 0, 'the connection to be closed')
})

test('a visitor that is only idle stays', async () => {
  const tunnel = await startTestEdge({ limits: { http2PingIntervalMs: 50 } })
  const upstream = await startUpstream((_incoming, response) => response.end('served'))
  const session = await openHttp2((await tunnel.forward(upstream)).url())
  for (let count = 0; count < 4; count++) await within(once(session, 'ping'), 'a question')
  expect(await http2Request(session, {})).toMatchObject({ text: 'served' })
})

/** Sends until the edge ends the connection. */
async function flood(connection: RawConnection, piece: (index: number) => Buffer): Promise<void> {
  let isOver = false
  void connection.ended.then(() => {
    isOver = true
  })
  for (let index = 0; !isOver; ) {
    const pieces = Array.from({ length: 50 }, () => piece(index++))
    await new Promise((resolve) => connection.socket.write(Buffer.concat(pieces), resolve))
  }
}
