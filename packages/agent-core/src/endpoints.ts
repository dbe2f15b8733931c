import type { Server } from 'node:net'
import { createSecureContext } from 'node:tls'
import { encodeStreamRefused, STREAM_ACCEPTED, TunnelError } from '@tunnel/protocol'
import { readCaFile } from './ca-file.ts'
import { asConnectionsOf } from './file-server/stream-connections.ts'
import {
  type EndpointConfig,
  endpointRequest,
  proxyProtocolOf,
  speaksHttp2,
  tlsPlanOf,
  type UpstreamConfig,
  upstreamAddress,
} from './forward-config.ts'
import { assertKnownOptions } from './known-options.ts'
import type { Listener, StreamHandler } from './listener.ts'
import type { Session } from './session/session.ts'
import { terminateTls } from './tls/terminate-tls.ts'
import type { TlsPlan } from './tls/tls-plan.ts'
import type { UpstreamAddress } from './upstream/address.ts'
import { usesTls } from './upstream/dial-upstream.ts'
import { forwardAnnounced } from './upstream/forward-announced.ts'
import { type ForwardEvents, forwardStream } from './upstream/forward-stream.ts'
import { proxyHeader } from './upstream/proxy-header.ts'
import { flowOnceHeard, visitorSocket } from './visitor-socket.ts'

/** Puts an endpoint online over `session` and forwards its connections to an upstream. */
export async function forwardOver(
  session: Session,
  config: EndpointConfig & UpstreamConfig,
  events: ForwardEvents = {},
): Promise<Listener> {
  assertKnownOptions(config)
  const address = upstreamAddress(config)
  const tls = tlsPlanOf(config)
  // An upstream that speaks TLS gets the visitor's own, where nobody ended it: a second one around it is no use.
  const dialled: UpstreamAddress = tls?.at === 'upstream' ? { ...address, scheme: 'tcp' } : address
  const opening = upstreamHandler(config, dialled, events)
  // Endpoints with nothing to wait for come online in the order of the calls.
  const upstream = opening instanceof Promise ? await opening : opening
  const listener = await session.bind(endpointRequest(config, address.url), behindTls(tls, upstream.handle))
  listener.once('close', () => upstream.close?.())
  if (listener.closed) upstream.close?.()
  return listener
}

interface Upstream {
  handle: StreamHandler
  close?(): void
}

function behindTls(tls: TlsPlan | undefined, handle: StreamHandler): StreamHandler {
  return tls?.at === 'agent' ? terminateTls(tls, handle) : handle
}

function upstreamHandler(
  config: EndpointConfig & UpstreamConfig,
  address: UpstreamAddress,
  events: ForwardEvents,
): Upstream | Promise<Upstream> {
  if (address.scheme === 'file') return filesUpstream(address, events)
  const { upstream_tls_ca_file: caFile } = config
  const ca = caFile === undefined ? undefined : readCaFile(caFile)
  const options = {
    verifyTls: config.verify_upstream_tls ?? true,
    secureContext: usesTls(address) ? createSecureContext(ca ? { ca } : {}) : undefined,
    dialTimeoutMs: config.dial_timeout_ms,
  }
  const version = proxyProtocolOf(config)
  if (speaksHttp2(config)) {
    return import('./upstream/http2/http2-upstream.ts').then((http2) =>
      http2.http2Upstream(address, options, events, version),
    )
  }
  if (version === undefined) {
    return { handle: (stream, _header, first) => forwardStream(stream, first, address, options, events) }
  }
  return {
    handle: (stream, header, first) => {
      forwardAnnounced(stream, first, address, options, events, proxyHeader(version, header))
    },
  }
}

async function filesUpstream(address: UpstreamAddress, events: ForwardEvents): Promise<Upstream> {
  const { createFileServer } = await import('./file-server/file-server.ts')
  return { handle: asConnectionsOf(await createFileServer(address.host), events) }
}

/** Puts an endpoint online over `session` and hands its connections to whoever listens for `connection`. */
export async function listenOver(session: Session, config: EndpointConfig): Promise<Listener> {
  assertKnownOptions(config)
  const version = proxyProtocolOf(config)
  let listener: Listener | undefined
  const handle: StreamHandler = (stream, header, first) => {
    if (!listener || listener.listenerCount('connection') === 0) {
      stream.end(encodeStreamRefused(new TunnelError(8012, 'this program does not serve the endpoint yet')))
      stream.resume()
      return
    }
    const announced = version === undefined ? first : Buffer.concat([proxyHeader(version, header), first])
    const socket = visitorSocket(stream, header, announced)
    socket.write(STREAM_ACCEPTED)
    listener.emit('connection', socket)
    flowOnceHeard(socket)
  }
  listener = await session.bind(endpointRequest(config, 'this program'), behindTls(tlsPlanOf(config), handle))
  return listener
}

/** Lets a server that is not listening anywhere serve an endpoint: `http.createServer(app)` as well as `net.createServer`. */
export function serveWith<T extends Server>(listener: Listener, server: T): T {
  listener.on('connection', (socket) => server.emit('connection', socket))
  return server
}
