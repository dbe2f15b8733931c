import '../harness/dangling.ts'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { openHttp2, readHttp2Answer } from '../harness/http2-client.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { responsesIn } from '../harness/responses.ts'
import { within } from '../harness/until.ts'
import { linesOf, startRawPair } from './raw-pair.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const POST = 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n'

/** Answers the head of its first request. */
const atHead =
  (answer: string) =>
  (connection: RawConnection): void =>
    void connection.receive('\r\n\r\n').then(() => connection.send(answer))

describe('interim responses', () => {
  test('arrive in their order, as they were sent, before the final one', async () => {
    const interim = [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 102 Processing\r\nX-Step: 1\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nlink: </b>\r\n\r\n',
      'HTTP/1.1 199 \r\n\r\n',
    ]
    const pair = await startRawPair(atHead(interim.join('') + OK))
    const answer = await pair.ask('GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n')
    expect(answer.startsWith(interim.join(''))).toBe(true)
    expect(responsesIn(answer).map(({ status }) => status)).toEqual([100, 102, 103, 199, 200])
  })

  test('arrive before there is a final one', async () => {
    const pair = await startRawPair(atHead('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'))
    const visitor = await pair.visit()
    visitor.send(`GET / HTTP/1.1\r\nHost: ${pair.host}\r\n\r\n`)
    await visitor.receive('Link: </a>\r\n\r\n')
    ;(await pair.connection()).send(OK)
    await visitor.receive(/200 OK\r\n.*\r\n\r\nok$/s)
  })

  test('do not carry what is the edge’s word, or of one connection', async () => {
    const fields =
      'Tunnel-Error-Code: ERR_TUNNEL_3200\r\nngrok-error-code: x\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\n'
    const hints = `HTTP/1.1 103 Early Hints\r\n${fields}Link: </a>\r\n\r\n`
    const pair = await startRawPair(atHead(hints + OK))
    const answer = await pair.ask('GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n')
    expect(linesOf(answer)).toEqual(['HTTP/1.1 103 Early Hints', 'Link: </a>'])
  })

  test('do not carry it over HTTP/2 either', async () => {
    const hints =
      'HTTP/1.1 103 Early Hints\r\nTunnel-Error-Code: ERR_TUNNEL_3200\r\nngrok-error-code: x\r\nLink: </a>\r\n\r\n'
    const pair = await startRawPair(atHead(hints + OK), { config: {} })
    const stream = (await openHttp2(pair.url)).request({})
    const seen: IncomingHttpHeaders[] = []
    stream.on('headers', (fields: IncomingHttpHeaders) => seen.push(fields))
    expect(await readHttp2Answer(stream)).toMatchObject({ status: 200, informational: [103] })
    expect(seen.map((fields) => Object.keys(fields))).toEqual([[':status', 'link']])
  })

  test('are no more than sixteen: an upstream that never comes to its point is a 502 with 3004', async () => {
    const pair = await startRawPair(atHead('HTTP/1.1 102 Processing\r\n\r\n'.repeat(17) + OK))
    const answers = responsesIn(await pair.ask('GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n'))
    expect(answers).toHaveLength(17)
    expect(answers.at(-1)).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
  })
})

describe('Expect: 100-continue', () => {
  test('reaches the upstream, whose 100 comes back, and only then the body goes', async () => {
    const pair = await startRawPair(atHead('HTTP/1.1 100 Continue\r\n\r\n'))
    const visitor = await pair.visit()
    visitor.send(POST.replace('HOST', pair.host))
    expect(linesOf(await pair.asked())).toContain('Expect: 100-continue')
    await visitor.receive('HTTP/1.1 100 Continue\r\n\r\n')
    const upstream = await pair.connection()
    expect(upstream.text.endsWith('\r\n\r\n')).toBe(true)
    visitor.send('hello')
    await upstream.receive('\r\n\r\nhello')
    upstream.send(OK)
    expect(responsesIn(await visitor.receiveAll()).map(({ status }) => status)).toEqual([100, 200])
  })

  test('is answered finally instead, without a 100 and without a body; the connection ends', async () => {
    const pair = await startRawPair(atHead('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n'))
    const visitor = await pair.visit()
    visitor.send(POST.replace('HOST', pair.host).replace('Connection: close\r\n', ''))
    const answers = responsesIn(await visitor.receiveAll())
    expect(answers).toMatchObject([{ status: 417, headers: { connection: 'close' } }])
    await within((await pair.connection()).ended, 'the upstream connection to end')
  })

  test('to an upstream that does not know it: the visitor’s body comes unasked, and is passed on', async () => {
    const pair = await startRawPair((connection) => {
      void connection.receive('\r\n\r\nhello').then(() => connection.send(OK))
    })
    const visitor = await pair.visit()
    visitor.send(POST.replace('HOST', pair.host))
    await pair.asked()
    visitor.send('hello')
    expect(responsesIn(await visitor.receiveAll())).toMatchObject([{ status: 200, body: 'ok' }])
  })

  test('with the body right behind it is one request like any other', async () => {
    const pair = await startRawPair(atHead(`HTTP/1.1 100 Continue\r\n\r\n${OK}`))
    const answers = responsesIn(await pair.ask(`${POST}hello`))
    expect(answers.map(({ status }) => status)).toEqual([100, 200])
    expect(await pair.asked()).toContain('\r\n\r\n')
  })

  test('of an HTTP/2 visitor reaches the upstream, whose 100 comes back', async () => {
    const pair = await startRawPair(atHead('HTTP/1.1 100 Continue\r\n\r\n'), { config: {} })
    const stream = (await openHttp2(pair.url)).request(
      { ':method': 'POST', expect: '100-continue' },
      { endStream: false },
    )
    await within(once(stream, 'continue'), '100')
    stream.end('hello')
    const upstream = await pair.connection()
    await upstream.receive('hello')
    upstream.send(OK)
    expect(await readHttp2Answer(stream)).toMatchObject({ status: 200, text: 'ok' })
  })
})
