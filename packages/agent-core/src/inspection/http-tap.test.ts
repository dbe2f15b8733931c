import type { ByteInjector, ExchangeObserver } from '@tunnel/http'
import { cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { HttpTap } from './http-tap.ts'
import { brokenBy } from './stream-tap.ts'

/** Writes down what an observer is told. */
function tapped(wants = true): { tap: HttpTap; told: string[]; injectors: ByteInjector[] } {
  const told: string[] = []
  const injectors: ByteInjector[] = []
  const observer: ExchangeObserver = {
    onRequestHead: ({ method, target }) => told.push(`> ${method} ${target}`),
    onRequestBody: (chunk) => told.push(`> ${chunk}`),
    onRequestEnd: (trailers) => told.push(`> end${trailers ? ` ${trailers.join(' ')}` : ''}`),
    onInformational: ({ status }) => told.push(`< 1xx ${status}`),
    onResponseHead: ({ status }) => told.push(`< ${status}`),
    onResponseBody: (chunk) => told.push(`< ${chunk}`),
    onResponseEnd: (trailers) => told.push(`< end${trailers ? ` ${trailers.join(' ')}` : ''}`),
    onFailure: (code) => told.push(`! ${code}`),
    onConnected: () => told.push('connected'),
    onUpgraded: (injector) => injectors.push(injector),
  }
  return {
    tap: new HttpTap(
      () => (wants ? observer : undefined),
      () => {},
    ),
    told,
    injectors,
  }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const GET = bytes('GET /a HTTP/1.1\r\nHost: h\r\n\r\n')
const OK = bytes('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')

test('tells of each exchange on a connection, one after the other', () => {
  const { tap, told } = tapped()
  tap.fromVisitor(GET)
  tap.connected()
  tap.fromUpstream(OK)
  tap.fromVisitor(bytes('POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi'))
  tap.fromUpstream(bytes('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'))
  tap.visitorEnded()
  tap.upstreamEnded()
  tap.closed(undefined)
  expect(told).toEqual([
    ...['> GET /a', '> end', 'connected', '< 200', '< ok', '< end'],
    ...['> POST /b', '> hi', '> end', '< 1xx 103', '< 204', '< end'],
  ])
})

test('over any chunking', () => {
  const { tap, told } = tapped()
  for (let round = 0; round < 3; round++) {
    for (const byte of cutEveryByte(GET)) tap.fromVisitor(byte)
    for (const byte of cutEveryByte(OK)) tap.fromUpstream(byte)
  }
  expect(told.filter((line) => line === '< end').length).toBe(3)
})

test('a response that overtakes its request ends the exchange when both are over', () => {
  const { tap, told } = tapped()
  tap.fromVisitor(bytes('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'))
  tap.fromUpstream(OK)
  tap.fromVisitor(bytes('0\r\nX: 1\r\n\r\n'))
  tap.fromVisitor(GET)
  expect(told).toEqual(['> POST /', '> a', '< 200', '< ok', '< end', '> end X 1', '> GET /a', '> end'])
})

test('an upgraded connection goes on as bodies, with what came along', () => {
  const { tap, told, injectors } = tapped()
  tap.fromVisitor(bytes('GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'))
  tap.fromUpstream(bytes('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nfirst'))
  tap.fromVisitor(bytes('second'))
  tap.visitorEnded()
  tap.upstreamEnded()
  tap.closed(undefined)
  expect(told).toEqual(['> GET /', '> end', '< 101', '< first', '> second', '> end', '< end'])
  expect(injectors.length).toBe(1)
})

describe('says what broke an exchange off', () => {
  test.each<[string, (tap: HttpTap) => void]>([
    ['ERR_VISITOR_LEFT', (tap) => tap.closed(brokenBy.visitor)],
    ['ERR_UPSTREAM_BROKE_OFF', (tap) => tap.closed(brokenBy.upstream)],
    ['ERR_TUNNEL_8012', (tap) => tap.closed('ERR_TUNNEL_8012')],
    ['ERR_HTTP_NO_RESPONSE', (tap) => tap.upstreamEnded()],
    ['ERR_HTTP_NO_RESPONSE', (tap) => tap.closed(undefined)],
    ['ERR_HTTP_STATUS_LINE', (tap) => tap.fromUpstream(bytes('SSH-2.0\r\n\r\n'))],
  ])('%s', (code, happen) => {
    const { tap, told } = tapped()
    tap.fromVisitor(GET)
    happen(tap)
    tap.fromUpstream(OK)
    tap.closed(brokenBy.visitor)
    expect(told).toEqual(['> GET /a', '> end', `! ${code}`])
  })

  test("an idle connection that breaks is nobody's failure", () => {
    const { tap, told } = tapped()
    tap.fromVisitor(GET)
    tap.fromUpstream(OK)
    tap.closed(brokenBy.visitor)
    expect(told.at(-1)).toBe('< end')
  })
})

test('a body that the close ends is whole at the close', () => {
  const { tap, told } = tapped()
  tap.fromVisitor(GET)
  tap.fromUpstream(bytes('HTTP/1.1 200 OK\r\n\r\nall'))
  tap.closed(undefined)
  expect(told.slice(-2)).toEqual(['< all', '< end'])
})

test('an exchange that nobody wants is read over', () => {
  const { tap, told } = tapped(false)
  tap.fromVisitor(GET)
  tap.fromUpstream(OK)
  tap.closed(brokenBy.visitor)
  expect(told).toEqual([])
})
