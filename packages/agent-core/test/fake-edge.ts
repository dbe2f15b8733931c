import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { AGENT_ALPN, AGENT_WEBSOCKET_PATH, formatConnectionString } from '@tunnel/protocol'
import { onTestFinished } from 'vitest'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { AgentLink, type EdgeScript } from './agent-link.ts'
import type { Identity } from './certificates.ts'
import { Queue } from './queue.ts'

export const AUTHTOKEN = `${'a'.repeat(27)}_${'b'.repeat(21)}`

export interface FakeEdge {
  readonly host: string
  readonly port: number
  readonly connectionString: string
  /** The next agent that has said hello. */
  nextLink(): Promise<AgentLink>
  /** How many agents have said hello so far. */
  readonly linkCount: number
}

export interface FakeEdgeOptions extends EdgeScript {
  /** The ways in that it has. @default both */
  alpn?: string[]
  /** Answers what is no agent. @default 404 */
  onWebRequest?: RequestListener
  /** @default 127.0.0.1, and a free port */
  host?: string
  port?: number
}

/** An edge that does what a test tells it, over the real ways in. It ends with the test. */
export async function startFakeEdge(
  authority: Identity,
  leaf: Identity,
  options: FakeEdgeOptions = {},
): Promise<FakeEdge> {
  const links = new Queue<AgentLink>()
  const connections = new Set<Duplex>()
  let linkCount = 0
  const accept = (connection: Duplex): void => {
    const link = new AgentLink(connection, options, () => {
      linkCount++
      links.push(link)
    })
  }

  const web = createHttpServer(
    options.onWebRequest ??
      ((_request, response) => {
        response.sendDate = false
        response.writeHead(404).end()
      }),
  )
  const websockets = new WebSocketServer({ server: web, path: AGENT_WEBSOCKET_PATH })
  websockets.on('connection', (websocket) => accept(createWebSocketStream(websocket)))
  const server = createTlsServer({
    cert: leaf.cert + authority.cert,
    key: leaf.key,
    ALPNProtocols: options.alpn ?? [AGENT_ALPN, 'http/1.1'],
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true)
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => {})
    if (socket.alpnProtocol === AGENT_ALPN) accept(socket)
    else web.emit('connection', socket)
  })
  const host = options.host ?? '127.0.0.1'
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const connection of connections) connection.destroy()
    await closed
  })

  const { port } = server.address() as AddressInfo
  const target = { host, port }
  return {
    ...target,
    connectionString: formatConnectionString({
      ...target,
      authtoken: AUTHTOKEN,
      caFingerprint: authority.fingerprint,
    }),
    nextLink: () => links.next(),
    get linkCount() {
      return linkCount
    },
  }
}
