import { once } from 'node:events'
import { constants } from 'node:http2'
import { expect, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { NAME } from '../../faults/harness/lab.ts'
import { http2Request, openHttp2 } from '../../harness/http2-client.ts'
import { openTcp, visit } from '../../harness/raw-connection.ts'
import { END_STREAM, FRAME, frame, openRawHttp2, requestBlock } from '../../harness/raw-http2.ts'
import { until, within } from '../../harness/until.ts'
import { captureClientHello } from '../../tls-endpoints/tls-visitor.ts'
import { answersTo, getHead, PATIENCE_MS, together, trickle, untilEnded } from './attackers.ts'
import { type Attack, expectAll } from './siege.ts'

/** Bytes that take longer to trickle than the edge waits for any one of them. */
const LONGER_THAN_IDLE = 45

const postHead = (target: string, length: number): string =>
  `POST ${target} HTTP/1.1\r\nHost: ${NAME}\r\nContent-Length: ${length}\r\n\r\n`

/** What takes long on purpose. None of it is ended by the attackers: they wait for the edge to have had enough. */
export const slowAttacks: readonly Attack[] = [
  ...(['http', 'https'] as const).map(
    (scheme): Attack => ({
      name: `10 heads a byte at a time, ${scheme}`,
      run: async ({ lab }) => {
        const visitors = await together(10, () => visit(scheme === 'http' ? lab.url : lab.secureUrl, lab.edge))
        for (const visitor of visitors) void trickle(visitor, getHead('/', `X: ${'x'.repeat(10_000)}\r\n`))
        expectAll(await answersTo(visitors), '')
        return 'closed by head_timeout'
      },
    }),
  ),
  {
    name: '20 connections to each port, not a byte',
    run: async ({ lab }) => {
      const visitors = await together(40, (index) => openTcp(index % 2 ? lab.edge.httpPort : lab.edge.httpsPort))
      expectAll(await answersTo(visitors), '')
      return 'closed by head_timeout, handshake_timeout'
    },
  },
  {
    name: '20 TLS handshakes begun: half a ClientHello, or no more than it',
    run: async ({ lab }) => {
      const hello = await captureClientHello(NAME)
      const visitors = await together(20, () => openTcp(lab.edge.httpsPort))
      for (const [index, visitor] of visitors.entries()) visitor.send(index % 2 ? hello : hello.subarray(0, 100))
      await untilEnded(visitors)
      expectAll(
        visitors.map(({ bytes }, index) => bytes.length > 0 === (index % 2 === 1)),
        true,
      )
      return 'closed by handshake_timeout'
    },
  },
  {
    name: '10 TLS connections, no request',
    run: async ({ lab }) => {
      expectAll(await answersTo(await together(10, () => visit(lab.secureUrl, lab.edge))), '')
      return 'closed by head_timeout'
    },
  },
  {
    name: '20 bodies a byte at a time, then no more',
    run: async (siege) => {
      const visitors = await together(20, () => visit(siege.lab.url))
      const target = '/slow-body'
      for (const visitor of visitors) visitor.send(postHead(target, 1000))
      await Promise.all(visitors.map((visitor) => trickle(visitor, 'x'.repeat(LONGER_THAN_IDLE))))
      expect(siege.underWay(target)).toBe(20)
      expectAll(await answersTo(visitors), '')
      await until(() => siege.underWay(target) === 0, 'the upstream to be told')
      return 'served while bytes came, then cut by client_idle_timeout'
    },
  },
  ...(['http', 'https'] as const).map(
    (scheme): Attack => ({
      name: `10 connections that stay after an answer, ${scheme}`,
      run: async ({ lab }) => {
        const visitors = await together(10, () => visit(scheme === 'http' ? lab.url : lab.secureUrl, lab.edge))
        for (const visitor of visitors) visitor.send(getHead('/'))
        expectAll(await answersTo(visitors), '200')
        return '200, then closed by client_idle_timeout'
      },
    }),
  ),
  {
    name: '10 connections that stay after an answer, HTTP/2',
    run: async ({ lab }) => {
      const sessions = await together(10, () => openHttp2(lab.secureUrl, lab.edge))
      const [answers, goodbyes] = await Promise.all([
        Promise.all(sessions.map((session) => http2Request(session, {}))),
        Promise.all(sessions.map((session) => within(once(session, 'goaway'), 'a goodbye', PATIENCE_MS))),
      ])
      expectAll(
        answers.map(({ status }) => status),
        200,
      )
      expectAll(
        goodbyes.map(([code]) => code as number),
        constants.NGHTTP2_NO_ERROR,
      )
      return '200, then GOAWAY by client_idle_timeout'
    },
  },
  {
    name: '10 HTTP/2 connections: no frame, or half a header block',
    run: async ({ lab: { secureUrl, edge } }) => {
      const visitors = await together(10, () => openRawHttp2(secureUrl, edge))
      const begun = frame(FRAME.headers, END_STREAM, 1, requestBlock(secureUrl))
      for (const visitor of visitors.filter((_, index) => index % 2)) visitor.send(begun)
      await untilEnded(visitors)
      return 'closed by http2_ping_interval'
    },
  },
  {
    name: '20 WebSockets, not a message',
    run: async ({ lab }) => {
      const { host, port } = new URL(lab.url)
      const sockets = Array.from({ length: 20 }, () => new WebSocket(`ws://127.0.0.1:${port}`, { headers: { host } }))
      onTestFinished(() => {
        for (const socket of sockets) socket.terminate()
      })
      const closed = sockets.map(async (socket) => {
        await within(once(socket, 'open'), 'the WebSocket to open')
        await within(once(socket, 'close'), 'the edge to close it', PATIENCE_MS)
      })
      await Promise.all(closed)
      return '101, then closed by client_idle_timeout'
    },
  },
]
