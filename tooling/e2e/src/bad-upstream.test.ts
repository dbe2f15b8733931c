import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { keepAliveAgent, request, startRequest } from './harness/http-request.ts'
import { http2Request, openHttp2 } from './harness/http2-client.ts'
import { DOMAIN } from './harness/identity.ts'
import { type RawConnection, visit } from './harness/raw-connection.ts'
import { responsesIn } from './harness/responses.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startCannedUpstream, startRawUpstream, startUpstream, unusedPort } from './harness/upstream.ts'
import { writeEndlessly } from './harness/write-endlessly.ts'

const NOTHING = 'HTTP/1.1 204 No Content\r\n\r\n'

/** What a visitor that asked once, with `Connection: close`, received in all. */
async function askOnce(url: string, head = ''): Promise<string> {
  const visitor = await visit(url)
  visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n${head}\r\n`)
  return visitor.receiveAll()
}

describe('an upstream that cannot be reached', () => {
  test.each([
    ['text/html,application/xhtml+xml', 'text/html', /<code>ERR_TUNNEL_8012<\/code>/],
    ['application/json', 'application/json', /"error_code":"ERR_TUNNEL_8012"/],
    ['*/*', 'text/plain', /^ERR_TUNNEL_8012$/m],
  ])('is told to who accepts %s in its own way', async (accept, contentType, code) => {
    const tunnel = await startTestEdge()
    const port = await unusedPort()
    const url = (await tunnel.forward({ port })).url()
    for (const { status, headers, text } of [
      await request(url, { headers: { accept } }),
      await http2Request(await openHttp2(url), { accept }),
    ]) {
      expect({ status, type: headers['content-type'], code: headers['tunnel-error-code'] }).toEqual({
        status: 502,
        type: expect.stringContaining(contentType),
        code: 'ERR_TUNNEL_8012',
      })
      expect(text).toMatch(code)
      expect(text).toContain(`localhost:${port}`)
    }
  })

  test('answers HEAD with the same head and no body', async () => {
    const tunnel = await startTestEdge()
    const url = (await tunnel.forward({ port: await unusedPort() })).url()
    const answer = await request(url, { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 502, text: '', headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' } })
  })

  test('is tried anew for every request, and works once it is there', async () => {
    const tunnel = await startTestEdge()
    const port = await unusedPort()
    const url = (await tunnel.forward({ port })).url()
    const agent = await keepAliveAgent('https')
    expect(await request(url, { agent })).toMatchObject({ status: 502 })

    const late = createServer((socket) => socket.once('data', () => socket.end(NOTHING)))
    await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => void late.close())
    expect(await request(url, { agent })).toMatchObject({ status: 204 })
  })

  test('that hangs within its handshake is given up after the dial timeout', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(() => {})
    const url = (
      await tunnel.forward(upstream, { addr: `https://127.0.0.1:${upstream.port}`, dial_timeout_ms: 200 })
    ).url()
    const answer = await request(url)
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' } })
    expect(answer.text).toContain('no connection within 200 ms')
  })

  test('is told to who uploads, without waiting for the upload', async () => {
    const tunnel = await startTestEdge()
    const url = (await tunnel.forward({ port: await unusedPort() })).url()
    const visitor = await visit(url)
    visitor.send(`POST / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 1000000\r\n\r\nbegun`)
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 502 .*\r\nConnection: close\r\n/s)
  })
})

describe('an upstream that does not speak HTTP', () => {
  test.each([
    ['SSH-2.0-OpenSSH_9.2\r\n'],
    ['220 mail.example ESMTP\r\n'],
    ['\x15\x03\x01\x00\x02\x02\x28'],
    ['HTTP/2.0 200 OK\r\n\r\n'],
    ['HTTP/1.1 20 OK\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello'],
    ['HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n'],
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ])('but %j is a 502 with 3004', async (garbage) => {
    const tunnel = await startTestEdge()
    const url = (await tunnel.forward(await startCannedUpstream(garbage))).url()
    const answer = await request(url)
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
  })

  test('but ends at once is a 502 with 3004', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(
      (connection) => void connection.receive('\r\n\r\n').then(() => connection.finish()),
    )
    const answer = await request((await tunnel.forward(upstream)).url())
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
  })

  test('but ends within its head is a 502 with 3004', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.finish('HTTP/1.1 200 OK\r\nContent-'))
    })
    const answer = await request((await tunnel.forward(upstream)).url())
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
  })

  test('but sends an endless head is a 502 with 3004, and is cut off', async () => {
    const tunnel = await startTestEdge({ limits: { maxHeadBytes: 4096 } })
    const upstream = await startCannedUpstream(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(10_000)}`)
    const answer = await request((await tunnel.forward(upstream)).url())
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
    await within(upstream.connections[0]!.ended, 'the upstream connection to end')
  })
})

describe('an upstream that breaks off its answer', () => {
  test.each([
    ['of a length by ending', 'Content-Length: 10\r\n\r\nfive!', 'finish'],
    ['of a length by a reset', 'Content-Length: 10\r\n\r\nfive!', 'reset'],
    ['in chunks by ending', 'Transfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n', 'finish'],
    ['in chunks by a bad chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n', 'garbage'],
    ['that ends with the connection by a reset', 'Connection: close\r\n\r\nfive!', 'reset'],
  ] as const)('%s: the visitor never sees a whole one', async (_, answer, how) => {
    const tunnel = await startTestEdge()
    let breakOff: () => void = () => {}
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.send(`HTTP/1.1 200 OK\r\n${answer}`))
      breakOff = () => void (how === 'garbage' ? connection.send('zz\r\n') : connection[how]())
    })
    for (const scheme of ['http', 'https'] as const) {
      const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
      const visitor = await visit(url)
      visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
      await visitor.receive('five!')
      breakOff()
      const text = await visitor.receiveAll()
      expect(text).toMatch(/^HTTP\/1\.1 200 /)
      expect(text).not.toMatch(/\r\n0\r\n/)
    }
  })
})

describe('an upstream that says more than its answer', () => {
  test.each([
    [
      'in the same packet',
      (connection: RawConnection) =>
        void connection.send(
          'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
        ),
    ],
    [
      'a little later',
      (connection: RawConnection) => {
        connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        setImmediate(() => connection.send('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'))
      },
    ],
    [
      'after a 204',
      (connection: RawConnection) =>
        void connection.send(`${NOTHING}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
    ],
  ])('%s never has it read as the answer to another request', async (_, answer) => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(
      (connection) => void connection.receive('\r\n\r\n').then(() => answer(connection)),
    )
    const url = (await tunnel.forward(upstream)).url()
    for (let count = 0; count < 5; count++) expect(await askOnce(url)).not.toContain('poison')
    for (const { text } of upstream.connections) expect(text.match(/GET \//g)).toHaveLength(1)
  })
})

describe('an upstream that closes a kept-alive connection just as the next request comes', () => {
  /** Answers the first request of the first connection, and hangs up on its second. */
  const startHangingUp = () =>
    startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
      void connection.receive(/\r\n\r\n.*\r\n\r\n/s).then(
        () => connection.socket.destroy(),
        () => {},
      )
    })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is asked once more for %s', async (method) => {
    const tunnel = await startTestEdge()
    const upstream = await startHangingUp()
    const url = (await tunnel.forward(upstream)).url()
    await request(url)
    expect(await request(url, { method })).toMatchObject({ status: 200 })
    expect(upstream.connections).toHaveLength(2)
  })

  test('is not asked twice for a POST: that goes to a fresh connection when the other has been idle for a while', async () => {
    const tunnel = await startTestEdge({ limits: { maxIdleBeforeUnrepeatableMs: 0 } })
    const upstream = await startHangingUp()
    const url = (await tunnel.forward(upstream)).url()
    await request(url)
    expect(await request(url, { method: 'POST', body: 'pay' })).toMatchObject({ status: 200 })
    expect(upstream.connections.map(({ text }) => text.match(/POST/g)?.length ?? 0)).toEqual([0, 1])
  })

  test('is asked no more than twice', async () => {
    const tunnel = await startTestEdge()
    let answers = 1
    const upstream = await startRawUpstream((connection) => {
      connection.socket.on('data', () => {
        if (answers-- > 0) connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        else connection.socket.destroy()
      })
    })
    const url = (await tunnel.forward(upstream)).url()
    await request(url)
    expect(await request(url)).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
    expect(upstream.connections).toHaveLength(2)
  })
})

test('an upstream that closes its idle connections is met on a new one', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end('ok'))
  const url = (await tunnel.forward(upstream)).url()
  await request(url)
  upstream.server.closeIdleConnections()
  await until(() => upstream.openConnections === 0, 'the idle connection to close')
  expect(await request(url, { method: 'POST', body: 'x' })).toMatchObject({ status: 200 })
  expect(upstream.connectionCount).toBe(2)
})

test('an idle upstream connection is closed after a while', async () => {
  const tunnel = await startTestEdge({ limits: { upstreamKeepAliveMs: 100 } })
  const upstream = await startUpstream((_incoming, response) => response.end('ok'))
  await request((await tunnel.forward(upstream)).url())
  await until(() => upstream.openConnections === 0, 'the idle connection to close')
})

test('an upstream that is silent for too long is a 504 with 3005', async () => {
  const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 300, upstreamIdleTimeoutMs: 300 } })
  const upstream = await startUpstream(() => {})
  const url = (await tunnel.forward(upstream)).url()
  const expected = { status: 504, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3005' } }
  expect(await request(url)).toMatchObject(expected)
  expect(await http2Request(await openHttp2(url), {})).toMatchObject(expected)
  await until(() => upstream.openConnections === 0, 'the upstream connections to close')
})

describe("an upstream that forges the edge's error code", () => {
  test.each(['Tunnel-Error-Code', 'tunnel-error-code', 'NGROK-Error-Code'])('%s is not believed', async (name) => {
    const tunnel = await startTestEdge()
    const upstream = await startCannedUpstream(
      `HTTP/1.1 200 OK\r\n${name}: ERR_TUNNEL_3200\r\nTransfer-Encoding: chunked\r\nTrailer: ${name}\r\n\r\n2\r\nok\r\n0\r\n${name}: ERR_TUNNEL_3200\r\nX-Real: trailer\r\n\r\n`,
    )
    const url = (await tunnel.forward(upstream)).url()
    const first = await request(url)
    const second = await http2Request(await openHttp2(url), {})
    for (const { headers, trailers } of [first, second]) {
      expect(headers[name.toLowerCase()]).toBeUndefined()
      expect(trailers[name.toLowerCase()]).toBeUndefined()
      expect(trailers['x-real']).toBe('trailer')
    }
  })
})

describe('an upstream that answers before it has read the upload', () => {
  test.each(['http', 'https'] as const)('is heard over %s, and the connection is not used again', async (scheme) => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection
        .receive('\r\n\r\n')
        .then(() => connection.send('HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nstop!'))
    })
    const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
    const visitor = await visit(url)
    visitor.send(`POST / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 10000000\r\n\r\n`)
    await visitor.receive('stop!')
    // Bytes that were already under way must not take the answer with them.
    visitor.send(Buffer.alloc(100_000))
    await visitor.receiveAll()
    expect(responsesIn(visitor.text)).toMatchObject([{ status: 413, headers: { connection: 'close' }, body: 'stop!' }])
    await within(upstream.connections[0]!.ended, 'the upstream connection to end')
  })
})

describe('a visitor that leaves', () => {
  test.each(['http', 'https'] as const)(
    'in the middle of an upload over %s ends the upstream connection',
    async (scheme) => {
      const tunnel = await startTestEdge()
      const upstream = await startUpstream((incoming) => void incoming.resume())
      const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url(), {
        method: 'POST',
      })
      outgoing.write('begun')
      await until(() => upstream.openConnections === 1, 'the upstream connection')
      outgoing.destroy()
      await until(() => upstream.openConnections === 0, 'the upstream connection to close')
    },
  )

  test.each(['http', 'https'] as const)(
    'in the middle of a download over %s ends the upstream connection',
    async (scheme) => {
      const tunnel = await startTestEdge()
      const upstream = await startUpstream((_incoming, response) => writeEndlessly(response))
      const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
      const visitor = await visit(url)
      visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
      await visitor.receive('\r\n\r\n')
      visitor.socket.destroy()
      await until(() => upstream.openConnections === 0, 'the upstream connection to close')
    },
  )

  test('by a reset before the answer ends the upstream connection', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream(() => {})
    const url = (await tunnel.forward(upstream, { schemes: 'http' })).url()
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
    await until(() => upstream.openConnections === 1, 'the upstream connection')
    visitor.reset()
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })
})

test('a host without an endpoint is a 404 with 3200', async () => {
  const tunnel = await startTestEdge()
  for (const scheme of ['http', 'https'] as const) {
    const answer = await request(tunnel.url('nobody', scheme), { headers: { accept: 'text/html' } })
    expect(answer).toMatchObject({ status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } })
    expect(answer.text).toContain(`nobody.${DOMAIN}`)
  }
})

test('what a stranger writes into the Host is not markup on the error page', async () => {
  const tunnel = await startTestEdge()
  const visitor = await visit(tunnel.url('any', 'http'))
  visitor.send(`GET / HTTP/1.1\r\nHost: a'&b.${DOMAIN}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
  expect(await visitor.receiveAll()).not.toContain("a'&b")
})
