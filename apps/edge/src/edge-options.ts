import { networkInterfaces } from 'node:os'
import type { ControlPlane } from '@tunnel/control-plane'
import type { EdgeOptions, ListenAddress } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Logger } from 'pino'

/** Settings and control plane as the edge takes them. */
export function edgeOptions(settings: EdgeSettings, controlPlane: ControlPlane, log: Logger): EdgeOptions {
  const { httpAddr, httpsAddr, publicHttpPort, publicHttpsPort } = settings
  if (!httpsAddr) throw new Error('https_addr is off, but agents arrive there: give it an address')
  return {
    domains: settings.domains,
    edgeHost: settings.edgeHost,
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
    credentials: controlPlane.credentials,
    certificates: controlPlane.certificates,
    resumeKey: controlPlane.resumeKey,
    resumeWindowMs: settings.resumeWindowMs,
    limits: {
      maxHeadBytes: settings.maxHeadBytes,
      maxHeaders: settings.maxHeaders,
      headTimeoutMs: settings.headTimeoutMs,
      clientIdleTimeoutMs: settings.clientIdleTimeoutMs,
      upstreamIdleTimeoutMs: settings.upstreamIdleTimeoutMs,
      maxVisitorConnections: settings.maxVisitorConnections,
      maxSessionsPerCredential: settings.maxSessionsPerCredential,
      maxEndpointsPerSession: settings.maxEndpointsPerSession,
      maxStreamsPerSession: settings.maxStreamsPerSession,
    },
    log,
  }
}

function listenAddress({ host, port }: { host: string | undefined; port: number }): ListenAddress {
  return { host: host ?? everyAddress(), port }
}

/** `::` takes IPv4 as well, where the machine has IPv6 at all. */
function everyAddress(): string {
  const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6'))
  return hasIpv6 ? '::' : '0.0.0.0'
}
