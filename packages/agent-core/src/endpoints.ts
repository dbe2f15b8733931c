import type { Server } from 'node:net'
import { encodeStreamRefused, STREAM_ACCEPTED, TunnelError } from '@tunnel/protocol'
import { readCaFile } from './ca-file.ts'
import { type EndpointConfig, endpointRequest, type UpstreamConfig, upstreamAddress } from './forward-config.ts'
import { assertKnownOptions } from './known-options.ts'
import type { Listener, StreamHandler } from './listener.ts'
import type { Session } from './session/session.ts'
import { type ForwardEvents, forwardStream } from './upstream/forward-stream.ts'
import { type VisitorSocket, visitorSocket } from './visitor-socket.ts'

/** Puts an endpoint online over `session` and forwards its connections to an upstream. */
export async function forwardOver(
  session: Session,
  config: EndpointConfig & UpstreamConfig,
  events: ForwardEvents = {},
): Promise<Listener> {
  assertKnownOptions(config)
  const address = upstreamAddress(config)
  const { upstream_tls_ca_file: caFile } = config
  const options = {
    verifyTls: config.verify_upstream_tls ?? true,
    tlsCa: caFile === undefined ? undefined : readCaFile(caFile),
    dialTimeoutMs: config.dial_timeout_ms,
  }
  return session.bind(endpointRequest(config, address.url), (stream, _header, first) => {
    forwardStream(stream, first, address, options, events)
  })
}

/** Puts an endpoint online over `session` and hands its connections to whoever listens for `connection`. */
export async function listenOver(session: Session, config: EndpointConfig): Promise<Listener> {
  assertKnownOptions(config)
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
    flowOnceHeard(socket)
  }
  listener = await session.bind(endpointRequest(config, 'this program'), handle)
  return listener
}

/** Lets a server that is not listening anywhere serve an endpoint: `http.createServer(app)` as well as `net.createServer`. */
export function serveWith<T extends Server>(listener: Listener, server: T): T {
  listener.on('connection', (socket) => server.emit('connection', socket))
  return server
}

/** As with a socket of `node:net`: nothing is lost when whoever took the connection begins to read it later. */
function flowOnceHeard(socket: VisitorSocket): void {
  if (socket.listenerCount('data') > 0) {
    socket.resume()
    return
  }
  const onNewListener = (event: string | symbol): void => {
    if (event !== 'data') return
    socket.off('newListener', onNewListener)
    process.nextTick(() => socket.resume())
  }
  socket.on('newListener', onNewListener)
}
