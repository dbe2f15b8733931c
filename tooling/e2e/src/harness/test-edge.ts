import './dangling.ts'
import {
  type EndpointConfig,
  forwardOver,
  type Listener,
  Session,
  type SessionOptions,
  type UpstreamConfig,
} from '@tunnel/agent-core'
import { defaultEdgeLimits, type Edge, type EdgeLimits, type EdgeOptions, startEdge } from '@tunnel/edge'
import { expect, onTestFinished } from 'vitest'
import { DOMAIN, EDGE_HOST, type Identity, identity } from './identity.ts'
import { until } from './until.ts'

export const TCP_PORTS = { first: 20_000, last: 29_999 }

export type TestEdgeOptions = Partial<Omit<EdgeOptions, 'limits'>> & { limits?: Partial<EdgeLimits> }

/** An edge on loopback for one test, with what it takes to put endpoints online at it. */
export class TestEdge {
  readonly edge: Edge
  readonly identity: Identity

  constructor(edge: Edge, identity: Identity) {
    this.edge = edge
    this.identity = identity
  }

  get httpPort(): number {
    return this.edge.httpAddress?.port as number
  }

  get httpsPort(): number {
    return this.edge.httpsAddress.port
  }

  /** `https://name.tunnel.test:port` for a name, or whatever else is to stand in front of the domain. */
  url(name: string, scheme: 'http' | 'https' = 'https'): string {
    return `${scheme}://${name}.${DOMAIN}:${scheme === 'http' ? this.httpPort : this.httpsPort}`
  }

  connectionString(options: { port?: number; authtoken?: string; host?: string; caFingerprint?: string } = {}): string {
    const { controlPlane, authtoken } = this.identity
    const token = options.authtoken ?? authtoken
    const port = options.port ?? this.httpsPort
    const fingerprint = options.caFingerprint ?? controlPlane.caFingerprint
    return `tunnel://${token === '' ? '' : `${token}@`}${options.host ?? EDGE_HOST}:${port}?ca=sha256:${fingerprint}`
  }

  /** A session that ends with the test. */
  async connectAgent(options: SessionOptions = {}): Promise<Session> {
    const session = await Session.connect({
      connect: this.connectionString(),
      transports: ['tls'],
      env: {},
      ...options,
    })
    onTestFinished(() => session.close())
    return session
  }

  /** An endpoint over a session of its own. */
  async forward(upstream: { port: number }, config: EndpointConfig & UpstreamConfig = {}): Promise<Listener> {
    return forwardOver(await this.connectAgent(), { addr: upstream.port, host_header: 'preserve', ...config })
  }
}

/** Starts an edge that ends with the test; by then nobody may be connected to it any more. */
export async function startTestEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
  const parts = await identity()
  const { credentials, certificates, resumeKey } = parts.controlPlane
  const edge = await startEdge({
    domains: [DOMAIN],
    edgeHost: EDGE_HOST,
    http: { host: '127.0.0.1', port: 0 },
    https: { host: '127.0.0.1', port: 0 },
    tcp: { host: '127.0.0.1', firstPort: TCP_PORTS.first, lastPort: TCP_PORTS.last },
    credentials,
    certificates,
    resumeKey,
    ...options,
    // What a test does itself makes the event loop that it shares with the edge late.
    limits: { ...defaultEdgeLimits, lingerTimeoutMs: 200, maxEventLoopDelayMs: 0, ...options.limits },
  })
  onTestFinished(async () => {
    await until(() => edge.sessionCount === 0, 'agent sessions to end').catch(() => {})
    await until(() => edge.visitorCount === 0, 'visitor connections to end').catch(() => {})
    const left = { sessions: edge.sessionCount, endpoints: edge.endpointCount, visitors: edge.visitorCount }
    await edge.close()
    expect(left).toEqual({ sessions: 0, endpoints: 0, visitors: 0 })
  })
  return new TestEdge(edge, parts)
}
