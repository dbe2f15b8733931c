import '../harness/dangling.ts'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { forwardOver } from '@tunnel/agent-core'
import { expect, onTestFinished, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { sessionOf } from '../leaving/harness/session-of.ts'
import { captureClientHello } from '../tls-endpoints/tls-visitor.ts'
import { type ObservedEdge, startObservedEdge } from './observed-edge.ts'

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const ENVELOPE = {
  event_id: expect.stringMatching(/^ev_[0-9a-z]{32}$/),
  event_timestamp: TIME,
  account_id: expect.stringMatching(/^ac_/),
  principal: null,
}
const HTTP = 'http_request_complete.v0'
const CLOSED = 'tcp_connection_closed.v0'

const endpointOf = (url: string) => ({
  id: expect.stringMatching(/^ep_/),
  url,
  session_id: expect.stringMatching(/^ts_/),
})

const connOf = (url: string, more: object = {}) => ({
  client_ip: '127.0.0.1',
  server_ip: '127.0.0.1',
  server_name: new URL(url).hostname,
  server_port: Number(new URL(url).port),
  start_ts: TIME,
  ...more,
})

/** The event of the request for a path. */
const ofPath = (edge: ObservedEdge, path: string) => edge.event(HTTP, ({ http }) => http?.request.url?.path === path)

/** That of the connection that was for an endpoint. */
const ofEndpoint = (edge: ObservedEdge, url: string) => edge.event(CLOSED, ({ endpoint }) => endpoint?.url === url)

test('every kind of traffic leaves its event, field by field', async () => {
  const edge = await startObservedEdge()
  const { ca } = edge
  const session = await sessionOf(edge)
  const upstream = await startUpstream((incoming, response) => {
    response.setHeader('Set-Cookie', 'id=s3cret')
    incoming.pipe(response)
  })
  const sockets = new WebSocketServer({ server: upstream.server as Server })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  const traffic_policy = JSON.stringify({
    on_http_request: [
      { actions: [{ type: 'log', config: { metadata: { seen: 'ü' } } }] },
      { expressions: ["req.url.path == '/no'"], actions: [{ type: 'deny', config: { status_code: 403 } }] },
    ],
  })
  const plain = (await forwardOver(session, { addr: upstream.port, url: 'http://plain.localhost' })).url()
  const secure = (
    await forwardOver(session, { addr: upstream.port, url: 'https://app.localhost', traffic_policy })
  ).url()
  const raw = await startRawUpstream(({ socket }) => void socket.pipe(socket))
  const tcp = (await forwardOver(session, { addr: raw.port, proto: 'tcp' })).url()

  const tls = (await forwardOver(session, { addr: raw.port, url: 'tls://mail.localhost' })).url()

  await request(`${plain}/one?two=3`, {
    method: 'POST',
    body: 'four',
    headers: { 'user-agent': 'Probe/1', authorization: 'Bearer s3cret', 'x-a': 'B' },
  })
  expect(await ofPath(edge, '/one')).toEqual({
    backend: { connection_reused: false },
    conn: connOf(plain),
    http: {
      request: {
        body_length: 4,
        first_byte_ts: TIME,
        last_byte_ts: TIME,
        headers: expect.objectContaining({ Authorization: ['[redacted]'], 'X-A': ['b'], Host: [new URL(plain).host] }),
        method: 'post',
        url: { host: new URL(plain).host, path: '/one', query: 'two=3', raw: '/one?two=3', scheme: 'http' },
        user_agent: 'Probe/1',
        version: '1.1',
      },
      response: {
        body_length: 4,
        first_byte_ts: TIME,
        last_byte_ts: TIME,
        headers: expect.objectContaining({ 'Set-Cookie': ['[redacted]'] }),
        status_code: 200,
      },
    },
    endpoint: endpointOf(plain),
    complete: true,
  })
  const bytes = { bytes_in: expect.any(Number), bytes_out: expect.any(Number), end_ts: TIME }
  expect(await ofEndpoint(edge, plain)).toEqual({ conn: connOf(plain, bytes), endpoint: endpointOf(plain) })

  const http2 = await openHttp2(secure, { ca })
  await http2Request(http2, { ':path': '/h2' })
  expect(await ofPath(edge, '/h2')).toMatchObject({
    conn: connOf(secure),
    http: { request: { method: 'get', version: '2.0', url: { scheme: 'https' } }, response: { status_code: 200 } },
    tls: { version: 'TLS 1.3', cipher_suite: expect.stringMatching(/^TLS_/) },
    traffic_policy: { logs: [{ seen: 'ü' }] },
    endpoint: endpointOf(secure),
  })
  http2.destroy()
  expect(await ofEndpoint(edge, secure)).toMatchObject({ conn: connOf(secure, bytes) })

  await request(`${secure}/no`, { ca })
  expect(await ofPath(edge, '/no')).toMatchObject({
    http: { response: { status_code: 403 } },
    endpoint: endpointOf(secure),
  })
  await request(`https://nobody.localhost:${edge.httpsPort}/none`, { ca })
  const none = await ofPath(edge, '/none')
  expect(none).toMatchObject({ error_code: 'ERR_TUNNEL_3200', http: { response: { status_code: 404 } } })
  expect(none).not.toHaveProperty('endpoint')

  const { hostname, host, port } = new URL(plain)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host } })
  await within(once(socket, 'open'), 'the WebSocket to open')
  expect(await ofPath(edge, '/ws')).toMatchObject({
    conn: { server_name: hostname },
    http: { response: { status_code: 101, headers: { Upgrade: ['websocket'] } } },
    complete: true,
  })
  socket.terminate()

  const visitor = await openTcp(Number(new URL(tcp).port))
  visitor.finish('through')
  await visitor.receiveAll()
  expect(await ofEndpoint(edge, tcp)).toEqual({
    conn: connOf(tcp, { ...bytes, bytes_in: 7, bytes_out: 7 }),
    endpoint: endpointOf(tcp),
  })

  const hello = await captureClientHello('mail.localhost')
  const helloed = await openTcp(edge.httpsPort)
  helloed.send(hello)
  await until(() => helloed.bytes.length === hello.length, 'the ClientHello to come back')
  helloed.finish()
  await helloed.ended
  const lengths = { ...bytes, bytes_in: hello.length, bytes_out: hello.length }
  expect(await ofEndpoint(edge, tls)).toEqual({ conn: connOf(tls, lengths), endpoint: endpointOf(tls) })

  const anonymous = { ...ENVELOPE, account_id: null }
  for (const { object, ...envelope } of edge.events()) {
    const { event_type, ...rest } = envelope
    expect([HTTP, CLOSED]).toContain(event_type)
    expect(rest).toEqual('endpoint' in object ? ENVELOPE : anonymous)
  }
}, 30_000)
