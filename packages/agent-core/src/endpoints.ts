import type { Server } from 'node:net'
import { createSecureContext } from 'node:tls'
import { type EndpointRequest, encodeStreamRefused, STREAM_ACCEPTED, TunnelError } from '@tunnel/protocol'
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
import type { InspectedEndpoint, SendOptions } from './inspection/inspector.ts'
import { inspectorOf } from './inspection/inspector-option.ts'
import { joinEvents } from './inspection/join-events.ts'
import { assertKnownOptions } from './known-options.ts'
import type { Listener, StreamHandler } from './listener.ts'
import type { Session } from './session/session.ts'
import { TrafficStatistics } from './statistics/traffic-statistics.ts'
import { keepEdgeInformed } from './tls/keep-edge-informed.ts'
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
  const request = endpointRequest(config, address.url, tls)
  // Endpoints with nothing to wait for come online in the order of the calls.
  const inspector = config.inspect ? await inspectorOf(config.inspect) : undefined
  const statistics = inspector && new TrafficStatistics()
  const inspection = statistics && inspector.inspectEndpoint(inspectedEndpoint(config, request, address, statistics))
  let upstream: Upstream | undefined
  const end = (): void => {
    upstream?.close?.()
    inspection?.offline()
  }
  try {
    const opening = upstreamHandler(config, dialled, inspection ? joinEvents(events, inspection, statistics) : events)
    upstream = opening instanceof Promise ? await opening : opening
    const way = redirectable(upstream.handle)
    const listener = await session.bind(request, behindTls(tls, way.handle))
    listener.redirect = way.redirect
    listener.once('close', end)
    listener.on('explained', (token, trace) => void inspection?.explained?.(token, trace))
    if (tls?.at === 'edge') keepEdgeInformed(listener, tls.termination)
    if (listener.closed) end()
    else inspection?.online(listener)
    return listener
  } catch (cause) {
    end()
    throw cause
  }
}

/**
 * Sends one HTTP/1.1 request to the upstream of `config`, as a visitor's request would go: past the edge, so that none of its policies apply.
 * Resolves when the exchange is over, well or not; `observe` sees it. Rejects with what {@link forwardOver} throws for a wrong config, and
 * with the reason of `signal`.
 */
export async function sendToUpstream(
  config: EndpointConfig & UpstreamConfig,
  request: Buffer,
  options: SendOptions,
): Promise<void> {
  const { sendOver } = await import('./inspection/send-to-upstream.ts')
  const address = upstreamAddress(config)
  await sendOver((events) => upstreamHandler(config, address, events), request, options)
}

function inspectedEndpoint(
  config: EndpointConfig & UpstreamConfig,
  request: EndpointRequest,
  { url }: UpstreamAddress,
  statistics: TrafficStatistics,
): InspectedEndpoint {
  const { name = '', protocol } = request
  return {
    name,
    protocol: protocol === 'tcp' || protocol === 'tls' ? protocol : 'http',
    upstream: url,
    request,
    statistics,
    send: (bytes, { upstream, ...options }) =>
      sendToUpstream(upstream === undefined ? config : { ...config, addr: upstream }, bytes, options),
  }
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
    return {
      handle: (stream, header, first) => {
        forwardStream(stream, header, first, address, options, events)
      },
    }
  }
  return {
    handle: (stream, header, first) => {
      forwardAnnounced(stream, header, first, address, options, events, proxyHeader(version, header))
    },
  }
}

async function filesUpstream(address: UpstreamAddress, events: ForwardEvents): Promise<Upstream> {
  const { createFileServer } = await import('./file-server/file-server.ts')
  return { handle: asConnectionsOf(await createFileServer(address.host), events) }
}

/** A way that can lead elsewhere later. */
function redirectable(first: StreamHandler): { handle: StreamHandler; redirect: (to: StreamHandler) => void } {
  let current = first
  return {
    handle: (stream, header, bytes) => current(stream, header, bytes),
    redirect: (to) => {
      current = to
    },
  }
}

/** Takes connections of `listener` to another upstream. Rejects with {@link TunnelError} 9034. */
export async function forwarderTo(listener: Listener, addr: string | number): Promise<StreamHandler> {
  const proto = listener.proto()
  const config: UpstreamConfig & EndpointConfig = { addr, ...((proto === 'tcp' || proto === 'tls') && { proto }) }
  return (await upstreamHandler(config, upstreamAddress(config), {})).handle
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
  const tls = tlsPlanOf(config)
  const way = redirectable(handle)
  listener = await session.bind(endpointRequest(config, 'this program', tls), behindTls(tls, way.handle))
  listener.redirect = way.redirect
  if (tls?.at === 'edge') keepEdgeInformed(listener, tls.termination)
  return listener
}

/** Lets a server that is not listening anywhere serve an endpoint: `http.createServer(app)` as well as `net.createServer`. */
export function serveWith<T extends Server>(listener: Listener, server: T): T {
  listener.on('connection', (socket) => server.emit('connection', socket))
  return server
}
