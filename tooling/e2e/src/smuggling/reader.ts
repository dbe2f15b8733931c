import type { TestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

/** What `node:http`, an independent parser, makes of what the edge sends it. */
export interface Reader {
  /** `METHOD target "body"`, each when it is whole, and the names of fields that nobody was to send it. */
  readonly whole: readonly string[]
  readonly begun: number
  readonly open: number
}

/** What the edge adds, and what the cases send that means no more than it says. */
const EXPECTED =
  /^(host|x-forwarded-(for|proto|host)|content-length|transfer-encoding|connection|te|upgrade|x-sum|\w+_\w+|content-length-x)$/

export async function startReader(tunnel: TestEdge, url: string): Promise<Reader> {
  const whole: string[] = []
  const upstream = await startUpstream((incoming, response) => {
    let body = ''
    incoming.setEncoding('latin1').on('data', (text: string) => {
      body += text
    })
    incoming.on('end', () => {
      const strange = Object.keys({ ...incoming.headers, ...incoming.trailers }).filter((name) => !EXPECTED.test(name))
      whole.push([incoming.method, incoming.url, JSON.stringify(body), ...strange].join(' '))
      response.end()
    })
  })
  await tunnel.forward(upstream, { url })
  return {
    whole,
    get begun() {
      return upstream.requests.length
    },
    get open() {
      return upstream.openConnections
    },
  }
}
