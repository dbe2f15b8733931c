import { expect } from 'vitest'
import { type RawConnection, visit } from '../../harness/raw-connection.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, framesOf, openRawHttp2, requestBlock } from '../../harness/raw-http2.ts'
import { until } from '../../harness/until.ts'
import { writeEndlessly } from '../../harness/write-endlessly.ts'
import { getHead, PATIENCE_MS, together, untilEnded } from './attackers.ts'
import { type Attack, expectAll } from './siege.ts'

/** More than the buffers of both kernels hold. */
const MOST_TAKEN = 32 * 1024 * 1024

/** Who asks and does not read, until the edge has had enough. */
export const unreadAttacks: readonly Attack[] = [
  {
    name: '4 answers without end, unread, HTTP/1.1',
    run: async (siege) => {
      const target = '/endless?http1'
      const visitors = await together(4, () => visit(siege.lab.url))
      for (const visitor of visitors) visitor.send(getHead(target)).socket.pause()
      await until(() => siege.underWay(target) === 4, 'the requests at the upstream')
      await until(() => siege.underWay(target) === 0, 'the upstream to be told', PATIENCE_MS)
      for (const visitor of visitors) visitor.socket.resume()
      await untilEnded(visitors)
      expectAll(
        visitors.map(({ text }) => [text.slice(0, 15), text.endsWith('\r\n0\r\n\r\n')]),
        ['HTTP/1.1 200 OK', false],
      )
      return 'cut by upstream_idle_timeout'
    },
  },
  {
    name: '4 answers without end, no window, HTTP/2',
    run: async (siege) => {
      const target = '/endless?http2'
      const { secureUrl, edge } = siege.lab
      const noWindow = Buffer.of(0, 4, 0, 0, 0, 0)
      const visitors = await together(4, () => openRawHttp2(secureUrl, { ca: edge.ca, ownSettings: noWindow }))
      const request = frame(FRAME.headers, END_STREAM | END_HEADERS, 1, requestBlock(secureUrl, 'GET', target))
      for (const visitor of visitors) visitor.send(request)
      await until(() => siege.underWay(target) === 4, 'the requests at the upstream')
      const isReset = (visitor: RawConnection): boolean =>
        [...framesOf(visitor)].some(({ type }) => type === FRAME.rstStream)
      await until(() => visitors.every(isReset), 'the edge to reset the streams', PATIENCE_MS)
      await until(() => siege.underWay(target) === 0, 'the upstream to be told')
      for (const { socket } of visitors) socket.destroy()
      return 'reset by upstream_idle_timeout'
    },
  },
  {
    name: '2 that pipeline without end and read nothing',
    run: async ({ lab }) => {
      const visitors = await together(2, () => visit(lab.url))
      const sent = visitors.map(() => 0)
      for (const [index, { socket }] of visitors.entries()) {
        // Half of them ask for what the edge answers itself.
        const head = index % 2 ? getHead('/large') : 'GET / HTTP/1.1\r\nHost: nobody.localhost\r\n\r\n'
        const heads = Buffer.from(head.repeat(1000))
        socket.pause()
        const count = (bytes: number): void => {
          sent[index] = (sent[index] as number) + bytes
          if ((sent[index] as number) > MOST_TAKEN) socket.destroy()
        }
        writeEndlessly(socket, count, heads)
      }
      await untilEnded(visitors)
      for (const bytes of sent) expect(bytes).toBeLessThan(MOST_TAKEN)
      return 'held back, then closed by client_idle_timeout'
    },
  },
]
