import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, untilStill, within } from './harness/until.ts'
import { startCannedUpstream, startRawUpstream, startUpstream, type Upstream } from './harness/upstream.ts'

/** Echoes every message. */
async function startEcho(): Promise<Upstream & { sockets: WebSocketServer; handshakes: IncomingMessage[] }> {
  const upstream = await startUpstream((_incoming, response) => response.end('plain'))
  const sockets = new WebSocketServer({ server: upstream.server as Server, maxPayload: 64 * 1024 * 1024 })
  const handshakes: IncomingMessage[] = []
  sockets.on('connection', (socket, handshake) => {
    handshakes.push(handshake)
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  return Object.assign(upstream, { sockets, handshakes })
}

/** An HTTP/2 connection that may ask for WebSockets: the edge has said so. */
async function openForWebSockets(url: string): Promise<ClientHttp2Session> {
  const session = await openHttp2(url)
  await within(once(session, 'remoteSettings'), 'the settings of the edge')
  expect(session.remoteSettings.enableConnectProtocol).toBe(true)
  return session
}

async function connect(
  session: ClientHttp2Session,
  fields: Record<string, string> = {},
): Promise<{ stream: ClientHttp2Stream; answer: IncomingHttpHeaders }> {
  const headers = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/echo',
    'sec-websocket-version': '13',
    ...fields,
  }
  const stream = session.request(headers, { endStream: false })
  stream.on('error', () => {})
  const [answer] = (await within(once(stream, 'response'), 'the answer')) as [IncomingHttpHeaders]
  return { stream, answer }
}

/** `ws` over a stream that is open already. */
function webSocketOver(stream: ClientHttp2Stream): WebSocket {
  const socket = new WebSocket(null as unknown as string, undefined, {})
  const parts = socket as unknown as { setSocket(stream: unknown, head: Buffer, options: object): void }
  // Without an address it would take itself for a server, and have no patience with a close.
  Object.assign(socket, { _isServer: false, _closeTimeout: 10_000 })
  const quiet = Object.assign(stream, { setNoDelay: () => {} })
  quiet.setTimeout(0)
  parts.setSocket(quiet, Buffer.alloc(0), {
    allowSynchronousEvents: true,
    maxPayload: 64 * 1024 * 1024,
    skipUTF8Validation: false,
  })
  socket.on('error', () => {})
  return socket
}

describe('a WebSocket over HTTP/2', () => {
  test('reaches the upstream as an upgrade of HTTP/1.1, and carries messages of every size both ways', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const url = (await tunnel.forward(upstream)).url()
    const { stream, answer } = await connect(await openForWebSockets(url), { origin: 'https://a.example' })
    expect(answer[':status']).toBe(200)
    expect(answer).not.toHaveProperty('sec-websocket-accept')
    expect(upstream.handshakes[0]).toMatchObject({
      method: 'GET',
      url: '/echo',
      headers: {
        upgrade: 'websocket',
        host: new URL(url).host,
        origin: 'https://a.example',
        'x-forwarded-proto': 'https',
      },
    })

    const socket = webSocketOver(stream)
    for (const bytes of [0, 1, 126, 65_536, 5_000_000]) {
      const sent = randomBytes(bytes)
      const echoed = once(socket, 'message')
      socket.send(sent)
      const [received] = (await within(echoed, 'the echo')) as [Buffer]
      expect(received.equals(sent)).toBe(true)
    }
    const closed = once(socket, 'close')
    socket.close(4000, 'enough')
    expect((await within(closed, 'the close'))[0]).toBe(4000)
  })

  test('shares its connection with requests and other WebSockets', async () => {
    const tunnel = await startTestEdge()
    const session = await openForWebSockets((await tunnel.forward(await startEcho())).url())
    const sockets = (await Promise.all(Array.from({ length: 20 }, () => connect(session)))).map(({ stream }) =>
      webSocketOver(stream),
    )
    expect(await http2Request(session, {})).toMatchObject({ status: 200, text: 'plain' })
    const echoes = sockets.map(async (socket, index) => {
      const echoed = once(socket, 'message')
      socket.send(`socket ${index}`)
      return String((await within(echoed, 'the echo'))[0])
    })
    expect(await Promise.all(echoes)).toEqual(sockets.map((_, index) => `socket ${index}`))
    for (const socket of sockets) socket.terminate()
  })

  test('agrees on a subprotocol', async () => {
    const tunnel = await startTestEdge()
    const session = await openForWebSockets((await tunnel.forward(await startEcho())).url())
    const { answer } = await connect(session, { 'sec-websocket-protocol': 'chat' })
    expect(answer['sec-websocket-protocol']).toBe('chat')
  })

  test('that the visitor resets is gone at the upstream', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const { stream } = await connect(await openForWebSockets((await tunnel.forward(upstream)).url()))
    stream.close(constants.NGHTTP2_CANCEL)
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })

  test('that the upstream breaks off is reset, not ended', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then((head) => connection.send(switching(head)))
    })
    const { stream } = await connect(await openForWebSockets((await tunnel.forward({ port: upstream.port })).url()))
    const closed = once(stream, 'close')
    upstream.connections[0]?.reset()
    await within(closed, 'the stream to close')
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  })

  test('whose visitor does not read holds the upstream back', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then((head) => {
        connection.send(switching(head))
        for (let count = 0; count < 1000; count++) connection.socket.write(Buffer.alloc(65_536))
      })
    })
    const { stream } = await connect(await openForWebSockets((await tunnel.forward({ port: upstream.port })).url()))
    const sent = await untilStill(() => {
      const { bytesWritten = 0, writableLength = 0 } = upstream.connections[0]?.socket ?? {}
      return bytesWritten - writableLength
    })
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    stream.close(constants.NGHTTP2_CANCEL)
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })

  test.each([
    ['refuses it', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', 403],
    ['knows no WebSocket', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 502],
    [
      'proves nothing',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
      502,
    ],
  ])('whose upstream %s is not open', async (_, canned, status) => {
    const tunnel = await startTestEdge()
    const upstream = await startCannedUpstream(canned)
    const { stream, answer } = await connect(
      await openForWebSockets((await tunnel.forward({ port: upstream.port })).url()),
    )
    expect(answer[':status']).toBe(status)
    stream.resume()
    await within(once(stream, 'close'), 'the stream to close')
  })

  test('whose upstream says nothing is told so', async () => {
    const tunnel = await startTestEdge({ limits: { upstreamIdleTimeoutMs: 300 } })
    const upstream = await startRawUpstream(() => {})
    const session = await openForWebSockets((await tunnel.forward(upstream)).url())
    const { stream, answer } = await connect(session)
    expect([answer[':status'], answer['tunnel-error-code']]).toEqual([504, 'ERR_TUNNEL_3005'])
    stream.resume()
    await within(once(stream, 'close'), 'the stream to close')
  })

  test('on which nothing comes or goes for too long is closed', async () => {
    const tunnel = await startTestEdge({ limits: { upstreamIdleTimeoutMs: 300 } })
    const session = await openForWebSockets((await tunnel.forward(await startEcho())).url())
    const { stream, answer } = await connect(session)
    expect(answer[':status']).toBe(200)
    stream.resume()
    await within(once(stream, 'close'), 'the stream to close')
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  })

  test('of another protocol is refused', async () => {
    const tunnel = await startTestEdge()
    const session = await openForWebSockets((await tunnel.forward(await startEcho())).url())
    const { stream, answer } = await connect(session, { ':protocol': 'connect-udp' })
    expect(answer[':status']).toBe(501)
    stream.close()
  })
})

/** What an upstream answers that has understood the handshake. */
function switching(head: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1]
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
}
