import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { http2Request } from '../harness/http2-client.ts'
import { DOMAIN, EDGE_HOST, identity } from '../harness/identity.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { openTcp, RawConnection } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'

/** Where the load balancer is; agents and direct visitors come from 127.0.0.1. */
const BALANCER = '127.0.0.2'
const TRUSTING = { proxyProtocol: { trusted: [BALANCER] } }

const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n'
const V1_IPV6 = 'PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n'
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c63364019c4001bb', 'hex')
const V2_LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')

/** Version 2 with TLVs: u8 type, u16 length, value, each. */
function withTlvs(tlvs: readonly [type: number, value: Buffer][]): Buffer {
  const encoded = tlvs.map(([type, value]) => Buffer.concat([Buffer.of(type, value.length >> 8, value.length), value]))
  const whole = Buffer.concat([V2, ...encoded])
  whole.writeUInt16BE(whole.length - 16, 14)
  return whole
}

async function openFromBalancer(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port, localAddress: BALANCER, allowHalfOpen: true, noDelay: true })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await within(once(socket, 'connect'), 'a connection from the load balancer')
  return socket
}

/** Over TLS, begun after the header. */
async function secured(socket: Socket, serverName: string, protocol: string): Promise<TLSSocket> {
  const { ca } = await identity()
  const tls = connectTls({ socket, servername: serverName, ca, ALPNProtocols: [protocol] })
  tls.on('error', () => {})
  await within(once(tls, 'secureConnect'), 'the TLS handshake')
  return tls
}

const telling = () => startUpstream(({ headers }, response) => response.end(`for ${headers['x-forwarded-for']}`))

async function startEdgeWithEndpoint(
  scheme: 'http' | 'https',
): Promise<{ tunnel: TestEdge; host: string; url: string }> {
  const tunnel = await startTestEdge(TRUSTING)
  const url = (await tunnel.forward(await telling(), { url: tunnel.url('app', scheme) })).url()
  return { tunnel, url, host: new URL(url).host }
}

const requestFor = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`

test.each([
  ['version 1', V1, '203.0.113.7'],
  ['version 1 for IPv6', V1_IPV6, '2001:db8::7'],
  ['version 2', V2, '203.0.113.7'],
  ['version 2 for nobody in particular', V2_LOCAL, BALANCER],
  ['version 1 for somebody unknown', 'PROXY UNKNOWN\r\n', BALANCER],
])('a header of %s, with the request right behind it, names the visitor', async (_what, header, visitor) => {
  const { tunnel, host } = await startEdgeWithEndpoint('http')
  const connection = new RawConnection(await openFromBalancer(tunnel.httpPort))
  connection.send(Buffer.concat([Buffer.from(header), Buffer.from(requestFor(host))]))
  expect(await connection.receiveAll()).toMatch(new RegExp(`200 OK[\\s\\S]*for ${visitor}$`))
  connection.finish()
})

test('what TLVs say of ALPN, the authority and a TLS of the balancer decides nothing', async () => {
  const { tunnel, host } = await startEdgeWithEndpoint('http')
  const other = await startUpstream((_request, response) => response.end('another one'))
  await tunnel.forward(other, { url: tunnel.url('other', 'http') })
  const header = withTlvs([
    [0x01, Buffer.from('h2')],
    [0x02, Buffer.from(`other.${DOMAIN}`)],
    // A client certificate that was verified (u8 flags, u32 result), over TLS 1.3 (sub-type 0x21), of a name (0x22).
    [0x20, Buffer.concat([Buffer.of(7, 0, 0, 0, 0), Buffer.from('\x21\0\x07TLSv1.3\x22\0\x03Ann')])],
    [0xe0, Buffer.from('something of its own')],
  ])
  const connection = new RawConnection(await openFromBalancer(tunnel.httpPort))
  connection.send(Buffer.concat([header, Buffer.from(requestFor(host))]))
  expect(await connection.receiveAll()).toMatch(/200 OK[\s\S]*for 203\.0\.113\.7$/)
  connection.finish()
})

test('a header that comes in pieces, with its last byte beside the request, names the visitor', async () => {
  const { tunnel, host } = await startEdgeWithEndpoint('http')
  const socket = await openFromBalancer(tunnel.httpPort)
  const connection = new RawConnection(socket)
  for (const character of V1.slice(0, -1)) await new Promise((resolve) => socket.write(character, resolve))
  connection.send(`\n${requestFor(host)}`)
  expect(await connection.receiveAll()).toContain('for 203.0.113.7')
  connection.finish()
})

test.each(['http/1.1', 'h2'])('names the visitor of TLS that speaks %s', async (protocol) => {
  const { tunnel, host, url } = await startEdgeWithEndpoint('https')
  const socket = await openFromBalancer(tunnel.httpsPort)
  await new Promise((resolve) => socket.write(V2, resolve))
  const tls = await secured(socket, new URL(url).hostname, protocol)
  if (protocol === 'h2') {
    const session = connectHttp2(url, { createConnection: () => tls })
    onTestFinished(() => session.destroy())
    expect((await http2Request(session, { ':path': '/' })).text).toBe('for 203.0.113.7')
  } else {
    const connection = new RawConnection(tls)
    connection.send(requestFor(host))
    expect(await connection.receiveAll()).toContain('for 203.0.113.7')
  }
})

test('names the visitor of a tcp endpoint to an upstream that asks for it', async () => {
  const tunnel = await startTestEdge(TRUSTING)
  const upstream = await startRawUpstream((connection) => connection.socket.pipe(connection.socket))
  const listener = await tunnel.forward(upstream, { proto: 'tcp', proxy_proto: 1 })
  const connection = new RawConnection(await openFromBalancer(Number(new URL(listener.url()).port)))
  connection.finish(`${V1_IPV6}hello`)
  expect(await connection.receiveAll()).toBe(`${V1_IPV6}hello`)
})

test('serves a visitor of a tcp endpoint that has ended its side before it said anything', async () => {
  const tunnel = await startTestEdge(TRUSTING)
  const upstream = await startRawUpstream(
    (connection) => void connection.ended.then(() => connection.finish('heard the end')),
  )
  const listener = await tunnel.forward(upstream, { proto: 'tcp' })
  const connection = new RawConnection(await openFromBalancer(Number(new URL(listener.url()).port)))
  connection.finish(V1)
  expect(await connection.receiveAll()).toBe('heard the end')
})

test('names the visitor of a tls endpoint, and of https beside it', async () => {
  const { tunnel, url, host } = await startEdgeWithEndpoint('https')
  const upstream = await startRawUpstream(() => {})
  const config = { proto: 'tls', url: tunnel.url('through').replace('https:', 'tls:'), proxy_proto: 1 } as const
  await tunnel.forward(upstream, config)
  const through = await openFromBalancer(tunnel.httpsPort)
  through.write(V1)
  connectTls({ socket: through, servername: new URL(config.url).hostname }).on('error', () => {})
  await until(() => upstream.connections.length === 1, 'a connection of the upstream')
  expect(await upstream.connections[0]?.receive('\x16\x03')).toMatch(new RegExp(`^${V1}\\x16\\x03`))
  through.destroy()

  const beside = await openFromBalancer(tunnel.httpsPort)
  beside.write(V1)
  const connection = new RawConnection(await secured(beside, new URL(url).hostname, 'http/1.1'))
  connection.send(requestFor(host))
  expect(await connection.receiveAll()).toContain('for 203.0.113.7')
})

test('serves its own host to whoever comes through the load balancer', async () => {
  const tunnel = await startTestEdge(TRUSTING)
  const socket = await openFromBalancer(tunnel.httpsPort)
  socket.write(V1)
  const connection = new RawConnection(await secured(socket, EDGE_HOST, 'http/1.1'))
  connection.send(`GET / HTTP/1.1\r\nHost: ${EDGE_HOST}\r\nConnection: close\r\n\r\n`)
  expect(await connection.receiveAll()).toContain('This is a Tunnel edge.')
})

test.each([
  ['without a header', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['with half a header and its end', 'PROXY TCP4 203.0.113.7'],
  ['with a header that is none', 'PROXY TCP4 somebody somewhere 1 2\r\n'],
  ['that ends at once', ''],
])('a connection of the load balancer %s is closed without an answer, and counts no more', async (_what, bytes) => {
  const { tunnel } = await startEdgeWithEndpoint('http')
  const connection = new RawConnection(await openFromBalancer(tunnel.httpPort))
  connection.finish(bytes)
  expect(await connection.receiveAll()).toBe('')
  await until(() => tunnel.edge.visitorCount === 1, 'only the agent to be left')
})

test('a load balancer that never sends a header is closed', async () => {
  const tunnel = await startTestEdge({ ...TRUSTING, limits: { proxyHeaderTimeoutMs: 50 } })
  const connection = new RawConnection(await openFromBalancer(tunnel.httpPort))
  connection.send('PROXY ')
  await within(connection.ended, 'the connection to be closed')
})

test('of anybody else a header is refused as the bytes that it is', async () => {
  const { tunnel, host } = await startEdgeWithEndpoint('http')
  const connection = await openTcp(tunnel.httpPort)
  connection.send(V1 + requestFor(host))
  expect(await connection.receiveAll()).toMatch(/^HTTP\/1\.1 400 /)
  const direct = await openTcp(tunnel.httpPort)
  direct.send(requestFor(host))
  expect(await direct.receiveAll()).toContain('for 127.0.0.1')
})

test('a source that is no network is refused before anything listens', async () => {
  await expect(startTestEdge({ proxyProtocol: { trusted: ['loadbalancer'] } })).rejects.toThrow(
    'trusted source "loadbalancer" is not an IP address or a CIDR',
  )
})

test('tunnel-edge --proxy-protocol-from believes the load balancer', async () => {
  const edge = await startEdgeProgram({ args: ['--log-level=warn', `--proxy-protocol-from=10.0.0.0/8,${BALANCER}`] })
  const upstream = await telling()
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--url=http://'])
  const { host } = new URL(agent.urls[0] as string)
  const connection = new RawConnection(await openFromBalancer(edge.httpPort))
  connection.send(V1 + requestFor(host))
  expect(await connection.receiveAll()).toContain('for 203.0.113.7')
  connection.finish()
  await stop(agent.child)
  await stop(edge.child)
})
