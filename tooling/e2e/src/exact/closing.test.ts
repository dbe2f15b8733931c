import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { responsesIn } from '../harness/responses.ts'
import { within } from '../harness/until.ts'
import { linesOf, startRawPair } from './raw-pair.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const asking = (host: string, fields = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`
const OKS = (count: number): RegExp => new RegExp(`(HTTP/1.1 200 OK.*?\r\n\r\nok){${count}}`, 's')

describe('Connection: close', () => {
  test.each(['close', 'Close', 'x, close'])(
    'of a visitor (%s) ends its connection and not the upstream’s',
    async (value) => {
      const pair = await startRawPair(OK)
      const answer = await pair.ask(asking('HOST', `Connection: ${value}\r\n`))
      expect(responsesIn(answer)).toMatchObject([{ status: 200, headers: { connection: 'close' } }])
      expect(linesOf(await pair.asked()).filter((line) => /^connection/i.test(line))).toEqual([])
      expect(responsesIn(await pair.ask(asking('HOST', 'Connection: close\r\n')))).toHaveLength(1)
      expect(pair.upstream.connections).toHaveLength(1)
    },
  )

  test('of a visitor makes the edge deaf to what it pipelined behind', async () => {
    const pair = await startRawPair(OK)
    const answer = await pair.ask(asking('HOST', 'Connection: close\r\n') + asking('HOST'))
    expect(responsesIn(answer)).toHaveLength(1)
    expect((await pair.connection()).text.match(/GET \//g)).toHaveLength(1)
  })

  test('of an upstream ends its connection and not the visitor’s', async () => {
    const pair = await startRawPair((connection) => {
      const answer = OK.replace('\r\n', '\r\nConnection: close\r\n')
      void connection.receive('\r\n\r\n').then(() => connection.finish(answer))
    })
    const visitor = await pair.visit()
    for (const count of [1, 2]) {
      visitor.send(asking(pair.host))
      await visitor.receive(OKS(count))
    }
    expect(visitor.text).not.toMatch(/Connection:/i)
    expect(pair.upstream.connections).toHaveLength(2)
  })

  test('of an upstream that does not close then has nothing asked of it again', async () => {
    const pair = await startRawPair(OK.replace('\r\n', '\r\nConnection: close\r\n'))
    const visitor = await pair.visit()
    for (const count of [1, 2]) {
      visitor.send(asking(pair.host))
      await visitor.receive(OKS(count))
    }
    expect(pair.upstream.connections.map(({ text }) => text.match(/GET \//g)?.length)).toEqual([1, 1])
  })
})

test('a visitor that has closed its half gets the answers to all it asked, then the end', async () => {
  const pair = await startRawPair(OK)
  const visitor = await pair.visit()
  visitor.finish(asking(pair.host).repeat(3))
  expect(responsesIn(await visitor.receiveAll())).toHaveLength(3)
})

test('an upstream that closes its half after its answer is not asked again', async () => {
  const pair = await startRawPair((connection) => {
    void connection.receive('\r\n\r\n').then(() => connection.finish(OK))
  })
  const visitor = await pair.visit()
  for (const count of [1, 2, 3]) {
    visitor.send(asking(pair.host))
    await visitor.receive(OKS(count))
  }
  expect(pair.upstream.connections).toHaveLength(3)
})

test('an idle visitor connection is closed without a word after clientIdleTimeoutMs', async () => {
  const pair = await startRawPair(OK, { limits: { clientIdleTimeoutMs: 200 } })
  const visitor = await pair.visit()
  visitor.send(asking(pair.host))
  expect(await within(visitor.receiveAll(), 'the end')).toMatch(/\r\n\r\nok$/)
})

test('an upstream that announces a shorter time to keep its connection is taken at its word', async () => {
  const kept = OK.replace('\r\n', '\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1\r\n')
  const pair = await startRawPair(kept, { limits: { upstreamKeepAliveMs: 60_000 } })
  const answer = await pair.ask(asking('HOST', 'Connection: close\r\n'))
  expect(answer).not.toMatch(/keep-alive/i)
  await within((await pair.connection()).ended, 'the idle connection to close')
})

describe('HTTP/1.0', () => {
  test.each([
    'GET / HTTP/1.0\r\n\r\n',
    'GET / HTTP/1.0\r\nHost: HOST\r\n\r\n',
    'GET / HTTP/1.0\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n',
  ])('is answered 505 and the end: %j', async (bytes) => {
    const pair = await startRawPair(OK)
    const answers = responsesIn(await pair.ask(bytes))
    expect(answers).toMatchObject([{ status: 505, headers: { connection: 'close' } }])
    expect(pair.upstream.connections).toHaveLength(0)
  })
})
