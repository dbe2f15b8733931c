import type { EndpointConfig } from '@tunnel/agent-core'
import { type RawConnection, visit } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdgeOptions } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { type RawUpstream, startRawUpstream } from '../harness/upstream.ts'

/** An endpoint between a visitor and an upstream that both look at every byte. */
export class RawPair {
  readonly url: string
  readonly upstream: RawUpstream

  constructor(url: string, upstream: RawUpstream) {
    this.url = url
    this.upstream = upstream
  }

  /** What a visitor writes into `Host`. */
  get host(): string {
    return new URL(this.url).host
  }

  visit(): Promise<RawConnection> {
    return visit(this.url)
  }

  /** Sends bytes, in which HOST stands for the endpoint's, and reads until the edge closes. */
  async ask(bytes: string): Promise<string> {
    const visitor = await this.visit()
    visitor.send(bytes.replaceAll('HOST', this.host))
    return visitor.receiveAll()
  }

  /** The upstream's first connection, once there is one. */
  async connection(): Promise<RawConnection> {
    await until(() => this.upstream.connections.length > 0, 'the upstream connection')
    return this.upstream.connections[0] as RawConnection
  }

  /** What the upstream was sent, from its first head to the end of it. */
  async asked(): Promise<string> {
    return (await this.connection()).receive('\r\n\r\n')
  }
}

/** `answer` decides what the upstream does with each of its connections; a text is sent for each request head. */
export async function startRawPair(
  answer: string | ((connection: RawConnection) => void),
  options: TestEdgeOptions & { config?: EndpointConfig } = {},
): Promise<RawPair> {
  const { config = { schemes: 'http' }, ...edge } = options
  const tunnel = await startTestEdge(edge)
  const upstream = await startRawUpstream(typeof answer === 'string' ? answerEach(answer) : answer)
  return new RawPair((await tunnel.forward(upstream, config)).url() as string, upstream)
}

function answerEach(answer: string): (connection: RawConnection) => void {
  return (connection) => {
    let answered = 0
    connection.socket.on('data', () => {
      const heads = connection.text.split('\r\n\r\n').length - 1
      for (; answered < heads; answered++) connection.send(answer)
    })
  }
}

/** The lines of a head, without the empty one. */
export const linesOf = (head: string): string[] => head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n')
