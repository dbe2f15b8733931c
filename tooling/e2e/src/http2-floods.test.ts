import { once } from 'node:events'
import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { flood, floods } from './harness/http2-floods.ts'
import { FRAME, frame, goAwayCode, openRawHttp2 } from './harness/raw-http2.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM } = constants

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
