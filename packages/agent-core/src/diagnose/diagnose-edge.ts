import { TunnelError } from '@tunnel/protocol'
import { openPath, reasonOf } from '../network/open-path.ts'
import { proxyFor } from '../network/proxy-for.ts'
import { connectToEdge } from '../session/connection.ts'
import { dialEdge, dialWebServer, type EdgeRoute, type EdgeTransport } from '../session/dial-edge.ts'
import { RevocationList } from '../session/revocation-list.ts'
import type { SessionTarget } from '../session/target.ts'
import type { DiagnoseOptions } from './diagnose.ts'
import type { EdgeFacts, Finding } from './diagnosis.ts'
import { testFamily } from './test-addresses.ts'
import { testClock } from './test-clock.ts'
import { testName } from './test-names.ts'
import type { SectionRunner } from './test-section.ts'

const DEFAULT_TIMEOUT_MS = 10_000

/** Tries one step of the way to an edge after the other. Gives what the edge said, if it did. */
export async function diagnoseEdge(
  section: SectionRunner,
  target: SessionTarget,
  options: DiagnoseOptions,
): Promise<EdgeFacts | undefined> {
  const { address } = target
  const { connectTimeoutMs: timeoutMs = DEFAULT_TIMEOUT_MS, crlUrl, env } = options
  const signal = options.signal ?? new AbortController().signal
  const bounded = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const proxy = proxyFor(address, options, env)
  const revocation = crlUrl === undefined ? undefined : new RevocationList(crlUrl)
  const route: EdgeRoute = { ...target, network: options, env, revocation }

  if (proxy) await section.test('Proxy Name Resolution', () => renamed(8005, testName(proxy.host, options, bounded())))
  else await section.test('Name Resolution', () => testName(address.host, options, bounded()))

  for (const family of options.families ?? []) {
    if (!proxy) await section.test(`TCP over IPv${family}`, () => testFamily(address, family, options, bounded()), true)
  }
  await section.test(proxy ? `TCP through ${proxy.shown}` : 'TCP', async () => {
    const socket = await openPath(address, options, env, bounded(), async (plain) => plain).catch((cause: unknown) => {
      throw cause instanceof TunnelError
        ? cause
        : new TunnelError(8002, `no connection to ${address.host}:${address.port}: ${reasonOf(cause)}`)
    })
    const { remoteAddress } = socket
    socket.destroy()
    return { details: proxy ? [] : [`${address.host} is at ${remoteAddress}`] }
  })
  await section.test('TLS', async () => {
    try {
      const connection = await dialEdge('tls', route, timeoutMs, signal)
      connection.destroy()
    } catch (cause) {
      // Something answers TLS; that it is no edge is the next test.
      if (!(cause instanceof TunnelError) || cause.code !== 'ERR_TUNNEL_8004') throw cause
    }
    return { details: [`trusts ${trustedBy(target)}`] }
  })

  let facts: EdgeFacts | undefined
  await section.test('Tunnel Protocol', async () => {
    facts = await sayHello('tls', target, route, options, signal)
    return { details: [`edge ${facts.edgeVersion}, region ${facts.region}`] }
  })
  const overWebSocket = async (): Promise<Finding> => {
    const found = await sayHello('websocket', target, route, options, signal)
    return { details: [`edge ${found.edgeVersion}`] }
  }
  await section.test('WebSocket', overWebSocket, true)
  await section.test(
    'Clock',
    async () => testClock(await dialWebServer(route, timeoutMs, signal), address.host, options.now ?? Date.now),
    true,
  )
  return facts
}

async function renamed(number: number, finding: Promise<Finding>): Promise<Finding> {
  return finding.catch((cause: Error) => {
    throw new TunnelError(number, cause.message, { cause })
  })
}

function trustedBy({ trust }: SessionTarget): string {
  if (trust === 'host') return "the host's roots"
  if ('caFingerprint' in trust) return `the CA sha256:${trust.caFingerprint.slice(0, 16)}…`
  return 'caFile' in trust ? `the CAs in ${trust.caFile}` : 'the given CAs'
}

/** A session that ends as soon as the edge has answered a heartbeat, or lets it go. */
async function sayHello(
  transport: EdgeTransport,
  target: SessionTarget,
  route: EdgeRoute,
  options: DiagnoseOptions,
  signal: AbortSignal,
): Promise<EdgeFacts> {
  let onLatency = (_latencyMs: number | undefined): void => {}
  const latency = new Promise<number | undefined>((resolve) => {
    onLatency = resolve
  })
  const events = { onStream: () => {}, onMessage: () => {}, onHeartbeat: onLatency, onLost: () => onLatency(undefined) }
  const connection = await connectToEdge(target, route, transport, options, undefined, events, signal)
  const latencyMs = await latency
  await connection.close()
  const { region, edgeVersion } = connection.welcome
  return { serverAddr: `${target.address.host}:${target.address.port}`, region, edgeVersion, latencyMs }
}
