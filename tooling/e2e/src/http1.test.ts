import { describe, expect, test } from 'vitest'
import { keepAliveAgent, readAnswer, request, responseTo, startRequest } from './harness/http-request.ts'
import { DOMAIN } from './harness/identity.ts'
import { visit } from './harness/raw-connection.ts'
import { responsesIn } from './harness/responses.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { startUpstream } from './harness/upstream.ts'

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  test('one upstream connection carries the requests of one visitor connection', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => response.end(`answer to ${incoming.url}`))
    const { host } = new URL((await tunnel.forward(upstream, { url: `${scheme}://keep.${DOMAIN}` })).url())

    const visitor = await visit(tunnel.url('keep', scheme))
    for (let count = 1; count <= 10; count++) {
      visitor.send(`GET /${count} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      await visitor.receive(`answer to /${count}`)
    }
    visitor.finish()
    await visitor.ended

    expect(upstream.connectionCount).toBe(1)
    expect(upstream.requests).toHaveLength(10)
  })

  test('requests of several visitors follow each other on one upstream connection', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end('answer'))
    const listener = await tunnel.forward(upstream, { schemes: scheme })
    for (let count = 0; count < 5; count++) await request(listener.url())
    expect(upstream.connectionCount).toBe(1)
  })

  test('twenty requests in one write are answered in their order', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      // The earlier ones take longer.
      const turns = 20 - Number(incoming.url?.slice(1))
      const answer = (left: number): void =>
        void (left > 0 ? setImmediate(answer, left - 1) : response.end(incoming.url))
      answer(turns)
    })
    const { host } = new URL((await tunnel.forward(upstream, { url: `${scheme}://pipe.${DOMAIN}` })).url())

    const visitor = await visit(tunnel.url('pipe', scheme))
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
    visitor.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join(''))
    await visitor.receive(/\r\n\r\n\/19$|\/19\r\n0\r\n\r\n$/)
    visitor.socket.destroy()

    expect(responsesIn(visitor.text).map(({ body }) => body)).toEqual(paths)
  })

  test('pipelined requests with bodies, to nobody and with HEAD stay in step', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => {
        body += chunk
      })
      incoming.on('end', () => response.end(`${incoming.method} ${incoming.url} ${body}`))
    })
    const { host } = new URL((await tunnel.forward(upstream, { url: `${scheme}://mixed.${DOMAIN}` })).url())
    const nobody = `nobody.${DOMAIN}`

    const visitor = await visit(tunnel.url('mixed', scheme))
    visitor.send(
      [
        `GET /1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        `GET /2 HTTP/1.1\r\nHost: ${nobody}\r\n\r\n`,
        `POST /3 HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\n\r\nfour`,
        `HEAD /4 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        `HEAD /5 HTTP/1.1\r\nHost: ${nobody}\r\n\r\n`,
        `POST /6 HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsix\r\n0\r\n\r\n`,
        `GET /7 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      ].join(''),
    )
    await visitor.receiveAll()

    const responses = responsesIn(visitor.text, ['GET', 'GET', 'POST', 'HEAD', 'HEAD', 'POST', 'GET'])
    expect(responses.map(({ status }) => status)).toEqual([200, 404, 200, 200, 404, 200, 200])
    expect([0, 2, 5, 6].map((index) => responses[index]?.body)).toEqual([
      'GET /1 ',
      'POST /3 four',
      'POST /6 six',
      'GET /7 ',
    ])
  })

  test('a visitor that has said all it wanted still gets every answer', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      setImmediate(() => response.end(`answer to ${incoming.url}`))
    })
    const { host } = new URL((await tunnel.forward(upstream, { url: `${scheme}://half.${DOMAIN}` })).url())

    const visitor = await visit(tunnel.url('half', scheme))
    visitor.finish(['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join(''))
    expect(await visitor.ended).toBe('end')
    expect(responsesIn(visitor.text).map(({ body }) => body)).toEqual(['answer to /1', 'answer to /2', 'answer to /3'])
  })

  test('a visitor that ends with its request is told that nobody is there', async () => {
    const tunnel = await startTestEdge()
    const visitor = await visit(tunnel.url('nobody', scheme))
    visitor.finish(`GET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\n\r\n`)
    expect(await visitor.ended).toBe('end')
    expect(responsesIn(visitor.text)).toMatchObject([{ status: 404 }])
  })

  test('a request that arrives byte by byte is one request', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      incoming.pipe(response)
    })
    const { host } = new URL((await tunnel.forward(upstream, { url: `${scheme}://slow.${DOMAIN}` })).url())

    const visitor = await visit(tunnel.url('slow', scheme))
    const message = `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`
    for (const byte of message) {
      visitor.send(byte)
      await new Promise(setImmediate)
    }
    await visitor.receiveAll()
    expect(responsesIn(visitor.text)).toMatchObject([{ status: 200, body: 'hello' }])
    expect(upstream.requests).toEqual(['POST /'])
  })

  test('trailers travel both ways', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      incoming.resume()
      incoming.on('end', () => {
        response.writeHead(200, { trailer: 'x-checksum' })
        response.write('body')
        response.addTrailers({ 'x-checksum': `echo of ${incoming.trailers['x-sum']}` })
        response.end()
      })
    })
    const listener = await tunnel.forward(upstream, { schemes: scheme })

    const outgoing = await startRequest(listener.url(), { method: 'POST', headers: { trailer: 'x-sum' } })
    outgoing.write('up')
    outgoing.addTrailers({ 'x-sum': '42' })
    outgoing.end()
    const answer = await readAnswer(await responseTo(outgoing))
    expect(answer.trailers).toEqual({ 'x-checksum': 'echo of 42' })
  })

  test('HEAD, 204 and 304 have no body, and the connection goes on', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      if (incoming.url === '/204') response.writeHead(204).end()
      else if (incoming.url === '/304') response.writeHead(304, { etag: '"1"' }).end()
      else response.writeHead(200, { 'content-length': '1000' }).end()
    })
    const listener = await tunnel.forward(upstream, { schemes: scheme })
    const agent = await keepAliveAgent(scheme)

    const head = await request(listener.url(), { agent, method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '1000' } })
    expect(await request(`${listener.url()}/204`, { agent })).toMatchObject({ status: 204, text: '' })
    expect(await request(`${listener.url()}/304`, { agent })).toMatchObject({
      status: 304,
      text: '',
      headers: { etag: '"1"' },
    })
    expect(upstream.connectionCount).toBe(1)
  })

  test('an answer that ends with the upstream connection arrives whole', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => {
      response.useChunkedEncodingByDefault = false
      response.shouldKeepAlive = false
      response.removeHeader('transfer-encoding')
      response.writeHead(200)
      response.write('all ')
      response.end('of it')
    })
    const listener = await tunnel.forward(upstream, { schemes: scheme })
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'all of it' })
  })

  test('repeated fields arrive as they were sent, in their order', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      const seen = incoming.rawHeaders.filter((_, index) => incoming.rawHeaders[index - (index % 2)] === 'X-Twice')
      response.writeHead(200, [
        ['Set-Cookie', 'a=1'],
        ['X-Odd-Case', 'kept'],
        ['Set-Cookie', 'b=2'],
        ['X-Seen', JSON.stringify(seen)],
      ])
      response.end()
    })
    const listener = await tunnel.forward(upstream, { schemes: scheme })

    const answer = await request(listener.url(), { headers: { 'X-Twice': ['one', 'two'] } })
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(answer.rawHeaders).toContain('X-Odd-Case')
    expect(answer.headers['x-seen']).toBe('["X-Twice","one","X-Twice","two"]')
  })
})

test('a hundred visitors at once get their own answers', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    incoming.pipe(response)
  })
  const listener = await tunnel.forward(upstream)
  const bodies = Array.from({ length: 100 }, (_, index) => `body ${index} `.repeat(1 + index * 10))
  const answers = await Promise.all(bodies.map((body) => request(listener.url(), { method: 'POST', body })))
  expect(answers.map(({ text }) => text)).toEqual(bodies)
})
