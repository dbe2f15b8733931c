import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { request } from './harness/http-request.ts'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { DOMAIN } from './harness/identity.ts'
import { openTcp, openTls, visit } from './harness/raw-connection.ts'
import { responsesIn } from './harness/responses.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startCannedUpstream, startUpstream } from './harness/upstream.ts'

const HOST = `host.${DOMAIN}`
const URL = `http://${HOST}`
const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`

/** A request with a line put in after its Host. */
const withLine = (line: string, body = '', method = 'POST'): string =>
  `${method} / HTTP/1.1\r\nHost: ${HOST}\r\n${line}\r\n\r\n${body}`

describe('what two readers could read differently is refused, the connection closes, the upstream sees nothing', () => {
  test.each<[string, string, number]>([
    ['length and chunked', withLine('Content-Length: 6\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`), 400],
    ['chunked and length', withLine('Transfer-Encoding: chunked\r\nContent-Length: 6', `0\r\n\r\n${SMUGGLED}`), 400],
    ['two lengths', withLine('Content-Length: 5\r\nContent-Length: 6', 'hello'), 400],
    ['the same length twice', withLine('Content-Length: 5\r\nContent-Length: 5', 'hello'), 400],
    ['a list of lengths', withLine('Content-Length: 5, 5', 'hello'), 400],
    ['a signed length', withLine('Content-Length: +5', 'hello'), 400],
    ['a negative length', withLine('Content-Length: -1'), 400],
    ['a hexadecimal length', withLine('Content-Length: 0x5', 'hello'), 400],
    ['an empty length', withLine('Content-Length: '), 400],
    ['a length beyond all numbers', withLine('Content-Length: 99999999999999999999'), 400],
    ['another coding', withLine('Transfer-Encoding: gzip'), 400],
    ['chunked twice', withLine('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), 400],
    ['chunked within a list', withLine('Transfer-Encoding: gzip, chunked', '0\r\n\r\n'), 400],
    ['chunked, misspelt', withLine('Transfer-Encoding: xchunked', '0\r\n\r\n'), 400],
    ['space before a colon', withLine('Transfer-Encoding : chunked', '0\r\n\r\n'), 400],
    ['a folded line', withLine('X: a\r\n b'), 400],
    ['a folded first line', `GET / HTTP/1.1\r\n Host: ${HOST}\r\n\r\n`, 400],
    ['a bare LF', `GET / HTTP/1.1\nHost: ${HOST}\n\n`, 400],
    ['a bare LF between fields', `GET / HTTP/1.1\r\nHost: ${HOST}\nX: y\r\n\r\n`, 400],
    ['a bare CR', withLine('X: a\rb'), 400],
    ['NUL in a value', withLine('X: a\0b'), 400],
    ['NUL in a name', withLine('X\0: a'), 400],
    ['no field name', withLine(': nameless'), 400],
    ['no colon', withLine('just words'), 400],
    ['two Hosts', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: other.${DOMAIN}\r\n\r\n`, 400],
    ['the same Host twice', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['no Host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n', 400],
    ['a Host of two words', `GET / HTTP/1.1\r\nHost: ${HOST} x\r\n\r\n`, 400],
    ['a Host with a path', `GET / HTTP/1.1\r\nHost: ${HOST}/x\r\n\r\n`, 400],
    ['a Host with userinfo', `GET / HTTP/1.1\r\nHost: a@${HOST}\r\n\r\n`, 400],
    ['a target that disagrees with Host', `GET http://other.${DOMAIN}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['a relative target', `GET x HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['a target of two words', `GET /a b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['a fragment', `GET /a#b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['no version', `GET /\r\nHost: ${HOST}\r\n\r\n`, 505],
    ['a method that is no token', `GE(T / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['a method without end', `${'A'.repeat(100)} / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 501],
    ['HTTP/0.9', 'GET /\r\n', 505],
    ['HTTP/1.0', `GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`, 505],
    ['HTTP/1.0 that wants to stay', `GET / HTTP/1.0\r\nHost: ${HOST}\r\nConnection: keep-alive\r\n\r\n`, 505],
    ['HTTP/1.2', `GET / HTTP/1.2\r\nHost: ${HOST}\r\n\r\n`, 505],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['CONNECT', `CONNECT ${HOST}:80 HTTP/1.1\r\nHost: ${HOST}:80\r\n\r\n`, 405],
    ['an empty line too many', `\r\n\r\nGET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 400],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2\r\n', 400],
  ])('%s', async (_, bytes, status) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end())
    await tunnel.forward(upstream, { url: URL })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(bytes)
    const responses = responsesIn(await visitor.receiveAll())
    expect(responses).toMatchObject([{ status, headers: { connection: 'close' } }])
    expect(responses[0]?.headers).not.toHaveProperty('tunnel-error-code')
    expect(upstream.requests).toEqual([])
  })
})

test('a head that cannot be read is no answer to what the request before asked for', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end())
  await tunnel.forward(upstream, { url: URL })
  const visitor = await openTcp(tunnel.httpPort)
  visitor.send(withLine('Accept: application/json', '', 'HEAD'))
  await visitor.receive('\r\n\r\n')
  visitor.send('GET x\r\n\r\n')
  expect(await visitor.receiveAll()).toMatch(/\r\n\r\nHTTP\/1\.1 505 .*content-type: text\/plain.*\r\n\r\n\w/is)
})

describe('a body that goes wrong', () => {
  test.each<[string, string]>([
    ['in a chunk size', 'zz\r\n'],
    ['in a negative chunk size', '-1\r\n'],
    ['in a chunk size beyond all numbers', 'fffffffffffffffff\r\n'],
    ['in the end of a chunk', '5\r\nhelloX'],
    ['in a bare LF after a chunk size', '5\nhello\r\n'],
    ['in a trailer', '0\r\nX : y\r\n\r\n'],
    ['in an endless trailer', `0\r\nX: ${'x'.repeat(100_000)}`],
  ])('%s ends the connection with 400 or 431, and no second request comes of it', async (_, body) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming) => void incoming.resume())
    await tunnel.forward(upstream, { url: URL })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(withLine('Transfer-Encoding: chunked'))
    await until(() => upstream.requests.length === 1, 'the head at the upstream')
    visitor.send(`${body}\r\n0\r\n\r\n${SMUGGLED}`)
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 4(00|31) /)
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
    expect(upstream.requests).toEqual(['POST /'])
  })

  test('by ending too early is never complete at the upstream', async () => {
    const tunnel = await startTestEdge()
    let completed = false
    const upstream = await startUpstream((incoming) => {
      incoming.resume().on('end', () => {
        completed = true
      })
    })
    await tunnel.forward(upstream, { url: URL })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.finish(withLine('Content-Length: 10', 'five!'))
    await visitor.receiveAll()
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
    expect(completed).toBe(false)
  })
})

describe('a limit', () => {
  test.each<[string, string, number]>([
    ['on the bytes of a head', withLine(`X: ${'x'.repeat(5000)}`), 431],
    ['on the bytes of a head that never ends', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'x'.repeat(100_000)}`, 431],
    ['on the number of fields', withLine(Array.from({ length: 50 }, (_, index) => `X-${index}: y`).join('\r\n')), 431],
    ['on the bytes of a target', `GET /${'x'.repeat(5000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, 414],
  ])('%s is kept', async (_, bytes, status) => {
    const tunnel = await startTestEdge({ limits: { maxHeadBytes: 4096, maxHeaders: 40 } })
    const upstream = await startUpstream((_incoming, response) => response.end())
    await tunnel.forward(upstream, { url: URL })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(bytes)
    expect(responsesIn(await visitor.receiveAll())).toMatchObject([{ status }])
    expect(upstream.requests).toEqual([])
  })

  test('of one megabyte on the bytes of a head is the default', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startCannedUpstream('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    await tunnel.forward(upstream, { url: URL })
    const ask = async (bytes: number): Promise<number | undefined> => {
      const visitor = await openTcp(tunnel.httpPort)
      visitor.send(withLine(`Connection: close\r\nX: ${'x'.repeat(bytes)}`, '', 'GET'))
      return responsesIn(await visitor.receiveAll())[0]?.status
    }
    expect(await ask(1_000_000)).toBe(200)
    expect(await ask(1_050_000)).toBe(431)
  })

  test('on the time until a head is whole is kept', async () => {
    const tunnel = await startTestEdge({ limits: { headTimeoutMs: 200 } })
    const silent = await openTcp(tunnel.httpPort)
    const slow = await openTcp(tunnel.httpPort)
    slow.send('GET / HTTP/1.1\r\nHos')
    const silentOverTls = await openTls({ port: tunnel.httpsPort, serverName: HOST })
    await within(Promise.all([silent.ended, slow.ended, silentOverTls.ended]), 'the edge to hang up')
  })

  test('on the time a connection may be idle is kept', async () => {
    const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 200 } })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(`GET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\n\r\n`)
    await visitor.receive('ERR_TUNNEL_3200')
    expect(await within(visitor.ended, 'the edge to hang up')).toBe('end')
    const session = await openHttp2(tunnel.url('nobody'))
    await http2Request(session, {})
    await until(() => session.closed, 'the edge to close the HTTP/2 connection')
  })

  test('on visitor connections is kept, and connections make room when they leave', async () => {
    const tunnel = await startTestEdge({ limits: { maxVisitorConnections: 3 } })
    const first = await openTcp(tunnel.httpPort)
    await openTcp(tunnel.httpPort)
    await openTcp(tunnel.httpPort)
    await until(() => tunnel.edge.visitorCount === 3, 'three visitors')
    const fourth = await openTcp(tunnel.httpPort)
    await within(fourth.ended, 'the fourth to be dropped')
    first.socket.destroy()
    await until(() => tunnel.edge.visitorCount === 2, 'the first to be gone')
    expect(await request(tunnel.url('nobody', 'http'))).toMatchObject({ status: 404 })
  })

  test('on what is read after an early answer is kept', async () => {
    const tunnel = await startTestEdge({ limits: { maxLingerBytes: 10_000, lingerTimeoutMs: 60_000 } })
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(`POST / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\nContent-Length: 100000000\r\n\r\n`)
    await visitor.receive('ERR_TUNNEL_3200')
    visitor.socket.on('drain', () => visitor.send(Buffer.alloc(100_000)))
    visitor.send(Buffer.alloc(100_000))
    await until(() => tunnel.edge.visitorCount === 0, 'the edge to cut the connection')
  })
})

describe('another protocol', () => {
  test('TLS on the http port is a 400', async () => {
    const tunnel = await startTestEdge()
    await expect(openTls({ port: tunnel.httpPort, serverName: HOST })).rejects.toThrow()
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test.each<[string, string | Buffer]>([
    ['plain HTTP', `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['random bytes', Buffer.concat([Buffer.of(0x80), randomBytes(1023)])],
    ['a TLS alert', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
  ])('%s on the TLS port is hung up on', async (_, bytes) => {
    const tunnel = await startTestEdge()
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.send(bytes)
    await within(visitor.ended, 'the edge to hang up')
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test('random bytes on the http port are answered 400', async () => {
    const tunnel = await startTestEdge()
    const visitor = await openTcp(tunnel.httpPort)
    visitor.send(Buffer.concat([Buffer.of(0x80), randomBytes(1023)]))
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('half a ClientHello is waited for no longer than a handshake may take', async () => {
    const tunnel = await startTestEdge({ limits: { handshakeTimeoutMs: 200 } })
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.send(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))
    await within(visitor.ended, 'the edge to hang up')
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })

  test('half a ClientHello and an end is not waited for', async () => {
    const tunnel = await startTestEdge()
    const visitor = await openTcp(tunnel.httpsPort)
    visitor.finish(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).toString('latin1'))
    await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
  })
})

test('a name that is not of this edge gets a certificate for another one', async () => {
  const tunnel = await startTestEdge()
  await expect(openTls({ port: tunnel.httpsPort, serverName: 'elsewhere.example' })).rejects.toThrow()
  await until(() => tunnel.edge.visitorCount === 0, 'the connection to be gone')
})

test('a visitor that names no server is told so, whatever it asks for', async () => {
  const tunnel = await startTestEdge()
  for (const protocols of [['h2', 'http/1.1'], ['http/1.1'], []]) {
    const visitor = await openTls({ port: tunnel.httpsPort, serverName: '', protocols })
    visitor.send(`GET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 400 .*\r\nTunnel-Error-Code: ERR_TUNNEL_3003\r\n/s)
  }
})

test('identity fields of a stranger do not reach the upstream', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => response.end(Object.keys(incoming.headers).join()))
  const answer = await request((await tunnel.forward(upstream)).url(), {
    headers: {
      'ngrok-auth-user-email': 'a@b',
      'Tunnel-Auth-User-Id': '1',
      'tunnel_mtls_subject-cn': 'x',
      'x-kept': '1',
    },
  })
  expect(answer.text).toContain('x-kept')
  expect(answer.text).not.toMatch(/auth|mtls/i)
})

test('fields of one connection do not reach the upstream', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => response.end(JSON.stringify(incoming.headers)))
  const url = (await tunnel.forward(upstream)).url()
  const visitor = await visit(url)
  visitor.send(
    `GET / HTTP/1.1\r\nHost: ${url.slice('https://'.length)}\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n` +
      'Proxy-Authorization: Basic x\r\nTE: gzip\r\nKeep-Alive: 1\r\nX-Kept: 1\r\n\r\n',
  )
  const [answer] = responsesIn(await visitor.receiveAll())
  const seen = Object.keys(JSON.parse(answer?.body ?? '{}'))
  expect(seen).toContain('x-kept')
  expect(seen).not.toEqual(expect.arrayContaining(['x-hop']))
  expect(seen).not.toEqual(expect.arrayContaining(['proxy-authorization']))
  expect(seen).not.toEqual(expect.arrayContaining(['te']))
})
