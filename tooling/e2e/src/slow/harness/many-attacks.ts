import { connect } from 'node:net'
import { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { NAME } from '../../faults/harness/lab.ts'
import { openTcp, type RawConnection, visit } from '../../harness/raw-connection.ts'
import { until } from '../../harness/until.ts'
import { captureClientHello } from '../../tls-endpoints/tls-visitor.ts'
import { answersTo, inTurns, together } from './attackers.ts'
import { type Attack, expectAll, FILE_BYTES, FILES_NAME, MAX_PER_ADDRESS } from './siege.ts'

/** On loopback as well; the honest visitor comes from the usual one. */
const ANOTHER_ADDRESS = '127.0.0.2'
const CHURNED = 200
/** Overlapping pieces in one Range field: some servers make a body of each. */
const PIECES = Array.from({ length: 1300 }, (_, index) => `5-${index}`).join(',')

const head = (host: string, fields: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`
const CLOSE = 'Connection: close\r\n'

/** What comes too often, or is too much. */
export const manyAttacks: readonly Attack[] = [
  refusal('50 heads of 200 fields', 'max_headers', 'X: y\r\n'.repeat(200)),
  refusal('50 heads with a field of 100 KB', 'max_head_bytes', `X: ${'x'.repeat(100_000)}\r\n`),
  {
    name: '1,000 small heads, pipelined on 4 connections',
    run: async ({ lab }) => {
      const visitors = await together(4, () => visit(lab.url))
      for (const visitor of visitors) visitor.send(head(NAME, '').repeat(249) + head(NAME, CLOSE))
      expectAll(await answersTo(visitors), Array.from({ length: 250 }, () => '200').join(', '))
      return '1,000 × 200, in their turn'
    },
  },
  ...[NAME, FILES_NAME].map(
    (name): Attack => ({
      name: `20 × 10 requests for 1,300 overlapping ranges, ${name === NAME ? 'of a service' : 'of a file'}`,
      run: async ({ lab }) => {
        const visitors = await together(20, () => visit(lab.url))
        const range = `Range: bytes=0-,${PIECES}\r\n`
        for (const visitor of visitors) visitor.send(head(name, range).repeat(9) + head(name, range + CLOSE))
        expectAll(await answersTo(visitors), Array.from({ length: 10 }, () => '200').join(', '))
        if (name === FILES_NAME)
          expectAll(
            visitors.map(({ text }) => text.length < 10 * FILE_BYTES * 2),
            true,
          )
        return '200, once the whole'
      },
    }),
  ),
  churn('opened and closed', (url) => openTcp(portOf(url))),
  churn('opened, asked over and closed', async (url) => (await visit(url)).send(head(NAME, ''))),
  {
    name: `${MAX_PER_ADDRESS + 100} connections from one address`,
    run: async ({ lab }) => {
      const sockets = Array.from({ length: MAX_PER_ADDRESS + 100 }, () =>
        connect({ port: lab.edge.httpPort, host: '127.0.0.1', localAddress: ANOTHER_ADDRESS }),
      )
      let closed = 0
      for (const socket of sockets)
        socket
          .on('error', () => {})
          .on('close', () => closed++)
          .resume()
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy()
      })
      await until(() => closed === 100, 'those beyond the limit to be closed')
      for (const socket of sockets) socket.destroy()
      return '100 closed by max_connections_per_address'
    },
  },
  {
    name: '50 TLS connections opened and closed',
    run: async ({ lab }) => {
      await inTurns(50, async (index) => leave(await visit(lab.secureUrl, lab.edge), index))
      return 'forgotten'
    },
  },
  {
    name: '100 TLS handshakes begun and left',
    run: async ({ lab }) => {
      const hello = await captureClientHello(NAME)
      await inTurns(100, async (index) => {
        const visitor = (await openTcp(lab.edge.httpsPort)).send(hello)
        await until(() => visitor.bytes.length > 0, 'the edge to answer the ClientHello')
        await leave(visitor, index)
      })
      return 'forgotten'
    },
  },
]

function refusal(name: string, limit: string, fields: string): Attack {
  return {
    name,
    run: async ({ lab }) => {
      const visitors = await together(50, () => visit(lab.url))
      for (const visitor of visitors) visitor.send(head(NAME, fields))
      expectAll(await answersTo(visitors), '431')
      return `431 by ${limit}, closed`
    },
  }
}

function churn(how: string, open: (url: string) => Promise<RawConnection>): Attack {
  return {
    name: `${CHURNED} connections ${how}`,
    run: async ({ lab }) => {
      await inTurns(CHURNED, async (index) => leave(await open(lab.url), index))
      return 'forgotten'
    },
  }
}

/** By FIN and by reset, in turn. */
async function leave(visitor: RawConnection, index: number): Promise<void> {
  // Node resets no TLS connection.
  if (index % 2 === 0 && !(visitor.socket instanceof TLSSocket)) visitor.reset()
  else visitor.socket.destroy()
  await visitor.ended
}

const portOf = (url: string): number => Number(new URL(url).port)
