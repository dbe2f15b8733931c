import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import websocket from '@fastify/websocket'
import { AGENT_WEBSOCKET_PATH } from '@tunnel/protocol'
import fastify, { type FastifyInstance } from 'fastify'
import { createWebSocketStream } from 'ws'
import { hostOf, isAddress } from './http/data-path.ts'
import type { AgentAcceptor } from './ingress/accept-agent.ts'

/** The largest WebSocket message an agent may send: yamux writes far smaller ones. */
const MAX_WEBSOCKET_MESSAGE_BYTES = 4 * 1024 * 1024

/** The edge's own web host, as distinct from endpoints' hosts: the WebSocket way in for agents; health and the API come here too. */
export class OwnHost {
  readonly app: FastifyInstance
  readonly #host: string
  #server: Server | undefined

  private constructor(host: string) {
    this.#host = host
    this.app = fastify({
      logger: false,
      bodyLimit: 1024 * 1024,
      forceCloseConnections: true,
      serverFactory: (handler) => {
        this.#server = createServer({ requireHostHeader: true }, handler)
        return this.#server
      },
    })
  }

  static async create(host: string, acceptor: AgentAcceptor): Promise<OwnHost> {
    const own = new OwnHost(host)
    const { app } = own
    // The connection was routed by its first request's Host; a later one must not wander off to an endpoint's host.
    app.addHook('onRequest', async (request, reply) => {
      const given = hostOf(request.headers.host ?? '')
      if (given !== own.#host && !isAddress(given))
        await reply.code(421).header('connection', 'close').send('421 Misdirected Request\n')
    })
    await app.register(websocket, { options: { maxPayload: MAX_WEBSOCKET_MESSAGE_BYTES, perMessageDeflate: false } })
    app.get(AGENT_WEBSOCKET_PATH, { websocket: true }, (socket, request) => {
      // An authtoken must not travel in the clear.
      if (!(request.raw.socket as TLSSocket).encrypted) return socket.close(1008, 'agents connect over https')
      acceptor.accept(createWebSocketStream(socket), request.raw.socket)
    })
    app.get('/', async (_request, reply) => reply.type('text/plain').send('This is a Tunnel edge.\n'))
    await app.ready()
    return own
  }

  /** Serves one visitor connection, whose first request has already been found to be for this host. */
  readonly serve = (socket: Socket): void => {
    this.#server?.emit('connection', socket)
    socket.resume()
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    await this.app.close()
  }
}
