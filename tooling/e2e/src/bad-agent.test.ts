import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { identity } from './harness/identity.ts'
import { framedMessage, helloOf, RawAgent, type WireMessage } from './harness/raw-agent.ts'
import { openTls } from './harness/raw-connection.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startRawUpstream, unusedPort } from './harness/upstream.ts'

const bind = (id: number, fields: object = {}) => ({
  type: 'bind',
  id,
  endpoint: { protocol: 'http', upstream: { url: 'http://localhost:80' }, ...fields },
})

/** What listens at an address and is no edge. */
async function startStranger(greeting: Buffer | string | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (greeting !== undefined) socket.write(greeting)
    socket.once('data', () => socket.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('an authtoken', () => {
  test.each([
    ['that nobody has', `${'a'.repeat(27)}_${'b'.repeat(21)}`, 'ERR_TUNNEL_107'],
    ['with a good id and a wrong secret', undefined, 'ERR_TUNNEL_107'],
    ['that is too short', 'abc', 'ERR_TUNNEL_105'],
    ['that is twice as long', `${'a'.repeat(27)}_${'b'.repeat(42)}`, 'ERR_TUNNEL_105'],
    ['that is missing', '', 'ERR_TUNNEL_4018'],
  ])('%s is refused for good', async (_, given, code) => {
    const tunnel = await startTestEdge()
    const authtoken = given ?? `${tunnel.identity.authtoken.slice(0, 27)}_${'x'.repeat(21)}`
    const refusal = tunnel.connectAgent({ connect: tunnel.connectionString({ authtoken }) })
    await expect(refusal).rejects.toMatchObject({ code, retryable: false })
    await refusal.catch((error: Error) => given && expect(error.message).not.toContain(given))
    expect(tunnel.edge.sessionCount).toBe(0)
  })

  test('that cannot be checked right now is refused for a while', async () => {
    const tunnel = await startTestEdge({
      credentials: { findByAuthtoken: () => Promise.reject(new Error('database is down')) },
    })
    await expect(tunnel.connectAgent()).rejects.toMatchObject({ code: 'ERR_TUNNEL_128', retryable: true })
  })
})

describe('an edge', () => {
  test('where nothing listens is 8002, worth another try', async () => {
    const tunnel = await startTestEdge()
    const connect = tunnel.connectionString({ port: await unusedPort() })
    await expect(tunnel.connectAgent({ connect })).rejects.toMatchObject({ code: 'ERR_TUNNEL_8002', retryable: true })
  })

  test('whose name does not resolve is 8000, worth another try', async () => {
    const tunnel = await startTestEdge()
    const connect = tunnel.connectionString({ host: 'no-such-host.invalid' })
    await expect(tunnel.connectAgent({ connect })).rejects.toMatchObject({ code: 'ERR_TUNNEL_8000', retryable: true })
  })

  test('with another CA is 8003, and the authtoken is not sent to it', async () => {
    let asked = 0
    const tunnel = await startTestEdge({
      credentials: {
        findByAuthtoken: async () => {
          asked++
          return undefined
        },
      },
    })
    const connect = tunnel.connectionString({ caFingerprint: 'ab'.repeat(32) })
    await expect(tunnel.connectAgent({ connect, transports: ['tls', 'websocket'] })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8003',
      retryable: false,
    })
    expect(asked).toBe(0)
  })

  test("whose CA the host does not know is 8003 for who trusts the host's", async () => {
    const tunnel = await startTestEdge()
    await expect(tunnel.connectAgent({ trust: 'host' })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8003',
      retryable: false,
    })
  })

  test.each([
    ['random bytes', randomBytes(512), 'ERR_TUNNEL_8003'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2\r\n', 'ERR_TUNNEL_8003'],
    ['an HTTP error', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'ERR_TUNNEL_8003'],
    ['nothing, and hangs up', undefined, 'ERR_TUNNEL_8002'],
  ])('that says %s is no edge', async (_, greeting, code) => {
    const tunnel = await startTestEdge()
    const connect = tunnel.connectionString({ port: await startStranger(greeting) })
    await expect(tunnel.connectAgent({ connect })).rejects.toMatchObject({ code })
  })

  test.each([['http/1.1'], ['h2'], ['tunnel/2']])('that speaks only %s over TLS is 8004', async (protocol) => {
    const tunnel = await startTestEdge()
    const { certificates } = (await identity()).controlPlane
    const server = createTlsServer({ ...certificates.fallback, ALPNProtocols: [protocol] }, (socket) => {
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const connect = tunnel.connectionString({ port: (server.address() as AddressInfo).port })
    await expect(tunnel.connectAgent({ connect })).rejects.toMatchObject({ code: 'ERR_TUNNEL_8004' })
  })

  test('that accepts and says nothing is given up in time', async () => {
    const tunnel = await startTestEdge()
    const connect = tunnel.connectionString({ port: (await startRawUpstream(() => {})).port })
    await expect(tunnel.connectAgent({ connect, connectTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8002',
      retryable: true,
    })
  })
})

describe('a peer of the agent protocol', () => {
  test('over TLS 1.2 is disconnected', async () => {
    const tunnel = await startTestEdge()
    const peer = openTls({ port: tunnel.httpsPort, serverName: '', protocols: ['tunnel/1'], maxVersion: 'TLSv1.2' })
    // It may be within the handshake, or just after it.
    await within(
      peer.then(({ ended }) => ended).catch(() => {}),
      'the edge to hang up',
    )
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test.each([
    ['random bytes', Buffer.from([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a hello without a mux', framedMessage(helloOf('x'))],
    ['data for a stream that it may not open', Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0])],
    ['a frame of four gigabytes', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 255])],
  ])('that sends %s instead of yamux is disconnected', async (_, bytes) => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.sendBytes(bytes)
    await within(agent.connection.ended, 'the edge to hang up')
    expect(agent.messages).toEqual([])
  })

  test('that says nothing is disconnected in time', async () => {
    const tunnel = await startTestEdge({ limits: { helloTimeoutMs: 200 } })
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await within(agent.connection.ended, 'the edge to hang up')
  })

  test('that says half a hello is disconnected in time', async () => {
    const tunnel = await startTestEdge({ limits: { helloTimeoutMs: 200 } })
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.sendControlBytes(framedMessage(helloOf('x')).subarray(0, 20))
    await within(agent.connection.ended, 'the edge to hang up')
  })

  test('that leaves within its hello leaves nothing behind', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.sendControlBytes(framedMessage(helloOf('x')).subarray(0, 20))
    agent.connection.socket.destroy()
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test.each([
    ['JSON that is no message', Buffer.from([0, 0, 0, 2, 0x5b, 0x5d]), 'ERR_TUNNEL_801'],
    ['no JSON', Buffer.from([0, 0, 0, 2, 0x7b, 0x7b]), 'ERR_TUNNEL_801'],
    ['an empty message', Buffer.from([0, 0, 0, 0]), 'ERR_TUNNEL_801'],
    ['a hello that is too large', framedMessage(helloOf('x', { metadata: 'm'.repeat(20_000) })), 'ERR_TUNNEL_812'],
    ['a length of four gigabytes', Buffer.from([255, 255, 255, 255]), 'ERR_TUNNEL_812'],
    ['a hello of the wrong shape', framedMessage({ type: 'hello', versions: 'one' }), 'ERR_TUNNEL_801'],
    ['a hello of another version', framedMessage(helloOf('x', { versions: [99] })), 'ERR_TUNNEL_811'],
    [
      'too quick a heartbeat',
      framedMessage(helloOf('x', { heartbeat: { intervalMs: 1, toleranceMs: 1 } })),
      'ERR_TUNNEL_111',
    ],
    ['a cookie of its own making', undefined, 'ERR_TUNNEL_110'],
    ['a bind before its hello', framedMessage(bind(1)), 'ERR_TUNNEL_109'],
  ])('that sends %s is told why and disconnected', async (_, bytes, code) => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.sendControlBytes(bytes ?? framedMessage(helloOf(tunnel.identity.authtoken, { cookie: 'e30.forged' })))
    const [refused] = await agent.receive('refused')
    expect(refused).toMatchObject({ error: { code } })
    await within(agent.connection.ended, 'the edge to hang up')
    expect(tunnel.edge.sessionCount).toBe(0)
  })

  test('that says hello twice in one breath is refused', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    agent.send(helloOf(tunnel.identity.authtoken), helloOf(tunnel.identity.authtoken))
    expect(await agent.receive('refused')).toMatchObject([{ error: { code: 'ERR_TUNNEL_109' } }])
    await within(agent.connection.ended, 'the edge to hang up')
    expect(tunnel.edge.sessionCount).toBe(0)
  })

  test('that says hello again later has its session closed', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    agent.send(helloOf(tunnel.identity.authtoken))
    expect(await agent.receive('closing')).toMatchObject([{ error: { code: 'ERR_TUNNEL_109', retryable: false } }])
    await within(agent.connection.ended, 'the edge to hang up')
  })

  test('that opens streams of its own has them reset, and goes on', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    for (let id = 3; id < 103; id += 2) agent.openStream(id)
    agent.send(bind(1))
    await agent.receive('bound')
    agent.connection.finish()
  })

  test('that says something unheard of is told so, and goes on', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    agent.send({ type: 'dance', id: 7 }, { type: 'unbind', id: 8, endpointId: 'ep_none' }, bind(9))
    expect(await agent.receive('unsupported')).toMatchObject([{ id: 7, messageType: 'dance' }])
    expect(await agent.receive('failed')).toMatchObject([{ id: 8, error: { code: 'ERR_TUNNEL_333' } }])
    expect(await agent.receive('bound')).toMatchObject([{ id: 9 }])
    agent.connection.finish()
  })

  test.each(['http', 'tcp'])('that floods the edge with %s binds gets no more than it may have', async (protocol) => {
    const tunnel = await startTestEdge({ limits: { maxEndpointsPerSession: 5 } })
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    agent.send(...Array.from({ length: 50 }, (_, id) => bind(id, { protocol })))
    const failed = await agent.receive('failed', 45)
    await agent.receive('bound', 5)
    expect(new Set(failed.map(({ error }) => (error as { code: string }).code))).toEqual(new Set(['ERR_TUNNEL_324']))
    expect(tunnel.edge.endpointCount).toBe(5)
    agent.connection.finish()
  })

  test('that takes an endpoint off may put another one on', async () => {
    const tunnel = await startTestEdge({ limits: { maxEndpointsPerSession: 1 } })
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    const [bound] = await agent.send(bind(1)).receive('bound')
    const { id: endpointId } = (bound as WireMessage).endpoint as { id: string }
    agent.send({ type: 'unbind', id: 2, endpointId }, bind(3))
    await agent.receive('bound', 2)
    agent.connection.finish()
  })

  test('that leaves while its port is being opened leaves nothing behind', async () => {
    const tunnel = await startTestEdge()
    const agent = await RawAgent.connect(tunnel.httpsPort)
    await agent.send(helloOf(tunnel.identity.authtoken)).receive('welcome')
    agent.send(bind(1, { protocol: 'tcp' }))
    agent.connection.finish()
    await until(() => tunnel.edge.sessionCount === 0, 'the session to end')
    await until(() => tunnel.edge.endpointCount === 0, 'the endpoint to go')
  })
})

describe('too many', () => {
  test('sessions of one credential are refused with 108, worth another try', async () => {
    const tunnel = await startTestEdge({ limits: { maxSessionsPerCredential: 2 } })
    const first = await tunnel.connectAgent()
    await tunnel.connectAgent()
    await expect(tunnel.connectAgent()).rejects.toMatchObject({ code: 'ERR_TUNNEL_108', retryable: true })
    await first.close()
    await tunnel.connectAgent()
  })

  test('peers that have not said hello are dropped, and make room when they leave', async () => {
    const tunnel = await startTestEdge({ limits: { maxUnauthenticatedSessions: 2 } })
    const silent = [await RawAgent.connect(tunnel.httpsPort), await RawAgent.connect(tunnel.httpsPort)]
    const third = await RawAgent.connect(tunnel.httpsPort)
    await within(third.connection.ended, 'the third one to be dropped')
    for (const { connection } of silent) connection.socket.destroy()
    await until(() => tunnel.edge.visitorCount === 0, 'the silent ones to be gone')
    await tunnel.connectAgent()
  })
})
