import './harness/dangling.ts'
import { once } from 'node:events'
import { createServer, type ServerHttp2Session } from 'node:http2'
import { connect } from 'node:net'
import { queryObjects } from 'node:v8'
import { expect, test } from 'vitest'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

/** node:http2 exports the type and not the class. */
async function sessionClass(): Promise<new () => ServerHttp2Session> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  const socket = connect(address.port, '127.0.0.1')
  const [session] = (await once(server, 'session')) as [ServerHttp2Session]
  socket.destroy()
  session.destroy()
  server.close()
  return session.constructor as new () => ServerHttp2Session
}

test('a connection that has ended is not kept in memory', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_, response) => response.end('here'))
  const url = (await tunnel.forward(upstream)).url()
  for (let count = 0; count < 5; count++) {
    const session = await openHttp2(url)
    expect((await http2Request(session, {})).text).toBe('here')
    session.destroy()
  }
  const ServerSession = await sessionClass()
  // The last one may still be on the stack of whoever closed it.
  await until(() => (queryObjects(ServerSession) as unknown as number) <= 1, 'the sessions to be forgotten')
})

test('a connection without requests is closed after clientIdleTimeoutMs', async () => {
  const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 200 } })
  const upstream = await startUpstream((_, response) => response.end('here'))
  const session = await openHttp2((await tunnel.forward(upstream)).url())
  expect((await http2Request(session, {})).text).toBe('here')
  await once(session, 'close')
})
