import '../harness/dangling.ts'
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { exitOf } from '../harness/programs.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { until } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { httpEndpoint, sessionOf, tcpEndpoint } from '../leaving/harness/session-of.ts'
import { startObservedEdge } from './observed-edge.ts'

test('metrics are read while requests run, and say what there was', async () => {
  const edge = await startObservedEdge()
  const session = await sessionOf(edge)
  const held: { end(text: string): void }[] = []
  const upstream = await startUpstream(({ url }, response) => {
    if (url === '/held') held.push(response)
    else response.end('hello')
  })
  const url = (await httpEndpoint(session, upstream.port, 'app')).url()
  const raw = await startRawUpstream(({ socket }) => void socket.pipe(socket))
  const tcp = await openTcp(Number(new URL((await tcpEndpoint(session, raw.port)).url()).port))
  await tcp.send('ping').receive('ping')
  const running = (await startRequest(`${url}/held`)).end()
  const answer = responseTo(running).then(readAnswer)
  await until(() => held.length === 1, 'the request to arrive')
  for (let count = 0; count < 3; count++) await request(url, { method: 'POST', body: 'four' })
  await request(`http://nobody.localhost:${edge.httpPort}/`)
  await until(() => edge.events().length >= 8, 'what is over to be told')

  const metrics = await edge.metrics()
  expect(Object.fromEntries(metrics)).toMatchObject({
    'tunnel_edge_info{version="0.1.0"}': 1,
    tunnel_edge_sessions: 1,
    tunnel_edge_endpoints: 2,
    'tunnel_edge_requests_total{kind="http1",status="2xx"}': 3,
    'tunnel_edge_requests_total{kind="http1",status="4xx"}': 1,
    'tunnel_edge_errors_total{code="ERR_TUNNEL_3200"}': 1,
    'tunnel_edge_connections{kind="http1"}': 1,
    'tunnel_edge_connections{kind="tcp"}': 1,
    'tunnel_edge_connections_total{kind="http1"}': 5,
    'tunnel_edge_connection_bytes_total{kind="tcp",direction="in"}': 4,
    'tunnel_edge_body_bytes_total{direction="in"}': 12,
    'tunnel_edge_request_duration_seconds_bucket{le="+Inf"}': 4,
    tunnel_edge_request_duration_seconds_count: 4,
    tunnel_edge_upstream_latency_seconds_count: 3,
    tunnel_edge_draining: 0,
    tunnel_edge_overload_stage: 0,
    'tunnel_edge_events_total{outcome="written"}': 8,
  })
  expect(metrics.get('tunnel_edge_streams')).toBeGreaterThanOrEqual(2)
  expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0)
  expect(metrics.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
  expect(metrics.get('tunnel_edge_certificate_not_after_seconds')).toBeGreaterThan(Date.now() / 1000)
  expect((await edge.ask('/metrics')).text).not.toMatch(/localhost|127\.0\.0\.1/)
  expect([(await edge.ask('/readyz')).status, (await edge.ask('/else')).status]).toEqual([200, 404])

  edge.child.kill('SIGTERM')
  await until(() => readFileSync(edge.logFile, 'utf8').includes('edge is stopping'), 'the drain to begin')
  expect(await edge.ask('/readyz')).toEqual({ status: 503, text: 'draining' })
  expect(await edge.ask('/healthz')).toEqual({ status: 200, text: 'ok' })
  held[0]?.end('late')
  expect(await answer).toMatchObject({ status: 200, text: 'late' })
  tcp.finish()
  expect(await exitOf(edge.child)).toBe(0)
  // The last of them, too, are in the file by then.
  const last = edge.events().find(({ object }) => JSON.stringify(object).includes('"/held"'))
  expect(last).toMatchObject({ object: { http: { response: { status_code: 200, body_length: 4 } } } })
}, 30_000)

test.skipIf(process.platform === 'win32')(
  'the files of log and events are rotated, and begun anew at SIGHUP',
  async () => {
    const edge = await startObservedEdge(['--events-max-bytes=65536', '--events-max-files=1'])
    const { eventsFile, logFile } = edge
    const nobody = `http://nobody.localhost:${edge.httpPort}`
    const long = `/${'x'.repeat(1000)}`
    // One after the other: what comes at once is one batch.
    while (!existsSync(`${eventsFile}.1`)) await request(nobody + long)
    expect(edge.events(`${eventsFile}.1`).length).toBeGreaterThan(10)
    expect(statSync(`${eventsFile}.1`).size).toBeLessThanOrEqual(65_536)

    await until(() => existsSync(eventsFile), 'the next file to be begun')
    renameSync(eventsFile, `${eventsFile}.moved`)
    renameSync(logFile, `${logFile}.moved`)
    edge.child.kill('SIGHUP')
    await until(() => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('were reloaded'), 'the reload')
    await request(`${nobody}/after`)
    await until(() => JSON.stringify(edge.events()).includes('"/after"'), 'the event in a new file')
    expect(edge.events(`${eventsFile}.moved`).length).toBeGreaterThan(0)
  },
  30_000,
)
