import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { linesOf, startRawPair } from './raw-pair.ts'

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CLOSE = 'Connection: close\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const GET = `GET / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`

describe('chunk extensions', () => {
  test('end at the edge, on the way to the upstream', async () => {
    const pair = await startRawPair((connection: RawConnection) => {
      void connection.receive('\r\n0\r\n\r\n').then(() => connection.send(OK))
    })
    await pair.ask(`POST / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}${CHUNKED}\r\n5;a=b;c="d;e"\r\nhello\r\n000;x\r\n\r\n`)
    expect((await pair.connection()).text).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/)
  })

  test('end at the edge, on the way to the visitor', async () => {
    const pair = await startRawPair(
      `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n5;a=b\r\nhello\r\n0;x="\r\r"\r\n\r\n`.replace('"\r\r"', 'y'),
    )
    expect(await pair.ask(GET)).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/)
  })
})

describe('trailers', () => {
  test('go up with order, case and repetitions, less what means mischief after a body', async () => {
    const pair = await startRawPair((connection) => {
      void connection.receive('X-Last: 3\r\n\r\n').then(() => connection.send(OK))
    })
    const trailers =
      'X-Sum: 1\r\nx-sum: 2\r\nContent-Length: 9\r\nHost: evil\r\nTransfer-Encoding: chunked\r\nTunnel-Auth-User-Id: 1\r\nX-Last: 3\r\n'
    await pair.ask(
      `POST / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}Trailer: X-Sum\r\n${CHUNKED}\r\n2\r\nhi\r\n0\r\n${trailers}\r\n`,
    )
    const { text } = await pair.connection()
    expect(text).toMatch(/\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\nX-Last: 3\r\n\r\n$/)
    expect(linesOf(text)).toContain('Trailer: X-Sum')
  })

  test('come down with order, case and repetitions, less what is the edge’s word', async () => {
    const trailers =
      'X-Sum: 1\r\nTUNNEL-error-code: ERR_TUNNEL_3200\r\nNgrok-Error-Code: x\r\nContent-Length: 9\r\nx-sum: 2\r\n'
    const pair = await startRawPair(
      `HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n${CHUNKED}\r\n2\r\nhi\r\n0\r\n${trailers}\r\n`,
    )
    const answer = await pair.ask(GET)
    expect(answer).toMatch(/\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n$/)
    expect(linesOf(answer)).toContain('Trailer: X-Sum')
  })
})

describe('an answer without a body', () => {
  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n', ['Content-Length: 1000']],
    ['HEAD', `HTTP/1.1 200 OK\r\n${CHUNKED}`, []],
    ['HEAD', 'HTTP/1.1 404 Not Found\r\nETag: "1"\r\n', ['ETag: "1"']],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n', []],
    ['GET', 'HTTP/1.1 204 No Content\r\nX: y\r\n', ['X: y']],
    [
      'GET',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: "1"\r\n',
      ['Content-Length: 1000', 'ETag: "1"'],
    ],
    ['GET', `HTTP/1.1 304 Not Modified\r\n${CHUNKED}`, []],
    ['GET', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n', ['Content-Length: 0']],
  ])('to %s: %j, leaves both connections in step', async (method, head, expected) => {
    const pair = await startRawPair(`${head}\r\n`)
    const visitor = await pair.visit()
    for (let count = 1; count <= 2; count++) {
      visitor.send(`${method} / HTTP/1.1\r\nHost: ${pair.host}\r\n\r\n`)
      await visitor.receive(new RegExp(`(HTTP/1.1 .*?\r\n\r\n){${count}}$`, 's'))
    }
    const [first = '', second, rest] = visitor.text.split(/(?<=\r\n\r\n)/)
    expect(linesOf(first).slice(1)).toEqual(expected)
    expect(second).toBe(first)
    expect(rest).toBeUndefined()
    expect(pair.upstream.connections).toHaveLength(1)
  })
})

describe('a body', () => {
  test('of a length keeps it, one in chunks stays in chunks, both with their bytes', async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))
    const pair = await startRawPair(`HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n${bytes}`)
    expect(await pair.ask(GET)).toMatch(/\r\nContent-Length: 256\r\n/)
    const chunked = await startRawPair(`HTTP/1.1 200 OK\r\n${CHUNKED}\r\n100\r\n${bytes}\r\n0\r\n\r\n`)
    const answer = await chunked.ask(GET)
    expect(answer).toContain(`\r\n\r\n100\r\n${bytes}\r\n0\r\n\r\n`)
    expect(linesOf(answer)).toContain('Transfer-Encoding: chunked')
  })

  test('that ends with the connection of an HTTP/1.0 upstream arrives whole, in chunks, and the visitor stays', async () => {
    const pair = await startRawPair((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.finish('HTTP/1.0 200 OK\r\n\r\nold but whole'))
    })
    const visitor = await pair.visit()
    for (const count of [1, 2]) {
      visitor.send(`GET / HTTP/1.1\r\nHost: ${pair.host}\r\n\r\n`)
      await visitor.receive(new RegExp(`(d\r\nold but whole\r\n0\r\n\r\n.*){${count}}`, 's'))
    }
    expect(visitor.text).not.toMatch(/Connection: close/i)
  })

  test('of GET and DELETE passes like any other', async () => {
    for (const method of ['GET', 'DELETE']) {
      const pair = await startRawPair((connection) => {
        void connection.receive('\r\n\r\nhello').then(() => connection.send(OK))
      })
      expect(await pair.ask(`${method} / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}Content-Length: 5\r\n\r\nhello`)).toMatch(
        / 200 OK/,
      )
    }
  })
})

test('no spelling of the edge’s error code comes from an upstream, over HTTP/1.1 and HTTP/2', async () => {
  const forged = ['Tunnel-Error-Code', 'TUNNEL-ERROR-CODE', 'nGrOk-ErRoR-cOdE']
    .map((name) => `${name}: ERR_TUNNEL_3200\r\n`)
    .join('')
  const answer = `HTTP/1.1 500 Forged\r\n${forged}X-Real: 1\r\n${CHUNKED}Trailer: Tunnel-Error-Code\r\n\r\n0\r\n${forged}X-Tail: 1\r\n\r\n`
  const pair = await startRawPair(answer, { config: {} })
  const { headers, trailers } = await http2Request(await openHttp2(pair.url), {})
  for (const fields of [headers, trailers]) expect(Object.keys(fields).join()).not.toMatch(/error-code/)
  expect([headers['x-real'], trailers['x-tail']]).toEqual(['1', '1'])
  expect((await pair.ask(GET)).split('\r\n').filter((line) => /^\S*error-code:/i.test(line))).toEqual([])
})
