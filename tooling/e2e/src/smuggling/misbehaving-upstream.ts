import { openTcp } from '../harness/raw-connection.ts'
import type { TestEdge } from '../harness/test-edge.ts'
import { startRawUpstream } from '../harness/upstream.ts'
import { HOST } from './case.ts'

const SECOND = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond'

/** What the next request is answered with, byte for byte. */
export interface Misbehaviour {
  readonly bytes: string
  /** Ends the connection behind them. */
  readonly ends?: true
}

export interface MisbehavingUpstream {
  readonly port: number
  misbehave(how: Misbehaviour): void
}

/** Answers `second` to everybody, but once in the way it is told. */
export async function startMisbehavingUpstream(): Promise<MisbehavingUpstream> {
  let current: Misbehaviour | undefined
  const upstream = await startRawUpstream((connection) => {
    let answered = 0
    connection.socket.on('data', () => {
      for (const heads = connection.text.split('\r\n\r\n').length - 1; answered < heads; answered++) {
        const one = current
        current = undefined
        if (!one) connection.send(SECOND)
        else if (one.ends) connection.finish(one.bytes)
        else connection.send(one.bytes)
      }
    })
  })
  return {
    port: upstream.port,
    misbehave(how) {
      current = how
    },
  }
}

/** What a visitor of its own reads: `STATUS "body"`, `STATUS CODE` of the edge's own errors, `broken "body"` if it was cut off. */
export async function ask(tunnel: TestEdge, method = 'GET'): Promise<string> {
  const visitor = await openTcp(tunnel.httpPort)
  visitor.send(`${method} / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
  await visitor.ended
  const { text } = visitor
  const final = text.replace(/^(?:HTTP\/1\.1 1\d\d .*?\r\n\r\n)*/s, '')
  const headEnd = final.indexOf('\r\n\r\n') + 4
  const head = final.slice(0, headEnd)
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]
  const code = /\r\nTunnel-Error-Code: (\w+)\r\n/i.exec(head)?.[1]
  if (code) return `${status} ${code}`
  const { body, isWhole } = bodyOf(head, final.slice(headEnd), method)
  return `${isWhole ? status : 'broken'} ${JSON.stringify(body)}`
}

function bodyOf(head: string, rest: string, method: string): { body: string; isWhole: boolean } {
  if (method === 'HEAD' || /^HTTP\/1\.1 (204|304) /.test(head)) return { body: rest, isWhole: true }
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
  if (length !== undefined) return { body: rest, isWhole: rest.length === Number(length) }
  let body = ''
  let at = 0
  for (;;) {
    const size = Number.parseInt(/^([0-9a-f]+)\r\n/i.exec(rest.slice(at))?.[1] ?? '', 16)
    if (Number.isNaN(size)) return { body, isWhole: false }
    at = rest.indexOf('\r\n', at) + 2
    if (size === 0) return { body, isWhole: rest.slice(at) === '\r\n' }
    body += rest.slice(at, at + size)
    at += size + 2
  }
}
