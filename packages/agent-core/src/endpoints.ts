import type { Server } from 'node:net'
import { encodeStreamRefused, STREAM_ACCEPTED, TunnelError } from '@tunnel/protocol'
import { type EndpointConfig, endpointRequest, type UpstreamConfig, upstreamAddress } from './forward-config.ts'
import type { Listener, StreamHandler } from './listener.ts'
import type { Session } from './session/session.ts'
import { type ForwardEvents, forwardStream } from './upstream/forward-stream.ts'
import { visitorSocket } from './visitor-socket.ts'

/** Puts an endpoint online over `session` and forwards its connections to an upstream. */
export async function forwardOver(
  session: Session,
  config: EndpointConfig & UpstreamConfig,
  events: ForwardEvents = {},
): Promise<Listener> {
  const address = upstreamAddress(config)
  const options = {
    verifyTls: config.verify_upstream_tls ?? true,
    tlsCaFile: config.upstream_tls_ca_file,
    dialTimeoutMs: config.dial_timeout_ms,
  }
  return session.bind(endpointRequest(config, address.url), (stream, _header, first) => {
    forwardStream(stream, first, address, options, events)
  })
}

/** Puts an endpoint online over `session` and hands its connections to whoever listens for `connection`. */
export async function listenOver(session: Session, config: EndpointConfig): Promise<Listener> {
  let listener: Listener | undefined
  const handle: StreamHandler = (stream, header, first) => {
    if (!listener || listener.listenerCount('connection') === 0) {
      stream.end(encodeStreamRefused(new TunnelError(8012, 'this program does not serve the endpoint yet')))
      stream.resume()
      return
    }
    const socket = visitorSocket(stream, header, first)
    socket.write(STREAM_ACCEPTED)
    listener.emit('connection', socket)
    socket.resume()
  }
  listener = await session.bind(endpointRequest(config, 'this program'), handle)
  return listener
}

/** Lets a server that is not listening anywhere serve an endpoint: `http.createServer(app)` as well as `net.createServer`. */
export function serveWith<T extends Server>(listener: Listener, server: T): T {
  listener.on('connection', (socket) => server.emit('connection', socket))
  return server
}
