import type { ControlPlane, IpLookup } from '@tunnel/control-plane'
import type { EdgeLimits, EdgeObserver, EdgeOptions, ListenAddress } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Logger } from 'pino'

/** Settings and control plane as the edge takes them. */
export function edgeOptions(
  settings: EdgeSettings,
  controlPlane: ControlPlane,
  log: Logger,
  lookUpIp?: IpLookup | undefined,
  observer?: EdgeObserver | undefined,
): EdgeOptions {
  const { httpAddr, httpsAddr, publicHttpPort, publicHttpsPort } = settings
  if (!httpsAddr) throw new Error('https_addr is off, but agents arrive there: give it an address')
  return {
    domains: settings.domains,
    edgeHost: settings.edgeHost,
    region: settings.region,
    ...(httpAddr && { http: listenAddress(httpAddr) }),
    https: listenAddress(httpsAddr),
    publicPorts: {
      ...(publicHttpPort !== undefined && { http: publicHttpPort }),
      ...(publicHttpsPort !== undefined && { https: publicHttpsPort }),
    },
    tcp: {
      host: settings.tcpHost,
      publicHost: settings.tcpPublicHost,
      firstPort: settings.tcpPorts.first,
      lastPort: settings.tcpPorts.last,
    },
    autoHttpsRedirect: settings.autoHttpsRedirect,
    reservations: settings.reservations,
    reservationsRequired: settings.reservationsRequired,
    ...(settings.proxyProtocolFrom.length > 0 && { proxyProtocol: { trusted: settings.proxyProtocolFrom } }),
    credentials: controlPlane.credentials,
    certificates: controlPlane.certificates,
    resumeKey: controlPlane.resumeKey,
    resumeWindowMs: settings.resumeWindowMs,
    heartbeat: { intervalMs: settings.heartbeatIntervalMs, toleranceMs: settings.heartbeatToleranceMs },
    policies: {
      requestHosts: settings.policyRequestHosts,
      allowPrivateAddresses: settings.policyPrivateAddresses,
      ...(lookUpIp && { lookUpIp }),
    },
    limits: {
      reconnectGraceMs: settings.reconnectGraceMs,
      maxWaitingRequests: settings.maxWaitingRequests,
      takeoverProbeMs: settings.takeoverProbeMs,
      drainGraceMs: settings.drainGraceMs,
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      helloTimeoutMs: settings.helloTimeoutMs,
      maxUnauthenticatedSessions: settings.maxUnauthenticatedSessions,
      maxUnauthenticatedPerAddress: settings.maxUnauthenticatedPerAddress,
      maxHeadBytes: settings.maxHeadBytes,
      maxHeaders: settings.maxHeaders,
      headTimeoutMs: settings.headTimeoutMs,
      clientIdleTimeoutMs: settings.clientIdleTimeoutMs,
      upstreamIdleTimeoutMs: settings.upstreamIdleTimeoutMs,
      maxVisitorConnections: settings.maxVisitorConnections,
      maxConnectionsPerAddress: settings.maxConnectionsPerAddress,
      maxConnectionsPerEndpoint: settings.maxConnectionsPerEndpoint,
      maxSessionsPerCredential: settings.maxSessionsPerCredential,
      maxEndpointsPerSession: settings.maxEndpointsPerSession,
      maxPoolSize: settings.maxPoolSize,
      maxStreamsPerSession: settings.maxStreamsPerSession,
      drainQuietMs: settings.drainQuietMs,
      maxMetadataLength: settings.maxMetadataLength,
      maxIdleStreamsPerEndpoint: settings.maxIdleStreamsPerEndpoint,
      upstreamKeepAliveMs: settings.upstreamKeepAliveMs,
      maxIdleBeforeUnrepeatableMs: settings.maxIdleBeforeUnrepeatableMs,
      maxInternalHops: settings.maxInternalHops,
      maxLingerBytes: settings.maxLingerBytes,
      lingerTimeoutMs: settings.lingerTimeoutMs,
      proxyHeaderTimeoutMs: settings.proxyHeaderTimeoutMs,
      clientHelloTimeoutMs: settings.clientHelloTimeoutMs,
      maxClientHelloBytes: settings.maxClientHelloBytes,
      maxHttp2Streams: settings.maxHttp2Streams,
      maxHttp2Resets: settings.maxHttp2Resets,
      maxHttp2ControlFrames: settings.maxHttp2ControlFrames,
      maxHttp2InvalidFrames: settings.maxHttp2InvalidFrames,
      http2PingIntervalMs: settings.http2PingIntervalMs,
      overloadSampleMs: settings.overloadSampleMs,
      maxMemoryBytes: settings.maxMemoryBytes,
      maxDescriptors: settings.maxDescriptors,
      maxEventLoopDelayMs: settings.maxEventLoopDelayMs,
      keepAliveMarkPercent: settings.keepAliveMarkPercent,
      connectionMarkPercent: settings.connectionMarkPercent,
      requestMarkPercent: settings.requestMarkPercent,
      maxRefusedConnections: settings.maxRefusedConnections,
      refusalTimeoutMs: settings.refusalTimeoutMs,
      webSocketPingIntervalMs: settings.webSocketPingIntervalMs,
    } satisfies EdgeLimits,
    log,
    ...(observer && { observer }),
  }
}

function listenAddress({ host, port }: { host: string | undefined; port: number }): ListenAddress {
  return { ...(host !== undefined && { host }), port }
}
