import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { openControlPlane } from '@tunnel/control-plane'
import { type CertificatePair, type Edge, startEdge } from '@tunnel/edge'
import { afterAll } from 'vitest'
import { temporaryDirectory } from '../../harness/temporary-directory.ts'

/** The host of the seeds' TCP addresses. */
const TCP_HOST = '1.tcp.ngrok.io'

/** An address of its own: the port of a reserved TCP address is free there, whatever else runs on this machine. */
export const TCP_BOUND_TO = platform() === 'linux' ? '127.0.0.77' : '127.0.0.1'

export interface SeedEdge {
  readonly edge: Edge
  readonly connectionString: string
  /** PEM. */
  readonly ca: string
  /** For services behind agents, which do not look at it. */
  readonly serviceCertificate: CertificatePair
  readonly serviceFingerprint: string
}

let opening: Promise<SeedEdge> | undefined

/** Opens the one edge of a file's examples. It has the domains that they call the service's, then the reader's own, and shows the ports of the seeds. */
export function openSeedEdge(domains: readonly [string, ...string[]]): Promise<SeedEdge> {
  opening = open(domains)
  return opening
}

export function seedEdge(): Promise<SeedEdge> {
  if (!opening) throw new Error('no edge is open')
  return opening
}

async function open(domains: readonly [string, ...string[]]): Promise<SeedEdge> {
  const controlPlane = await openControlPlane({ dataDir: temporaryDirectory(), domains, edgeHost: 'localhost' })
  const { credentials, certificates, resumeKey, caFile } = controlPlane
  const edge = await startEdge({
    domains,
    edgeHost: 'localhost',
    http: { host: '127.0.0.1', port: 0 },
    https: { host: '127.0.0.1', port: 0 },
    publicPorts: { http: 80, https: 443 },
    tcp: { host: TCP_BOUND_TO, firstPort: 20_000, lastPort: 29_999, publicHost: TCP_HOST },
    credentials,
    certificates,
    resumeKey,
  })
  closing = async () => {
    await edge.close()
    await controlPlane.close()
  }
  const serviceCertificate = (await certificates.pairFor('service.example.com')) as CertificatePair
  return {
    edge,
    connectionString: await controlPlane.connectionString(edge.httpsAddress.port),
    ca: readFileSync(caFile, 'utf8'),
    serviceCertificate,
    serviceFingerprint: new X509Certificate(serviceCertificate.cert).fingerprint256,
  }
}

let closing: (() => Promise<void>) | undefined

afterAll(async () => {
  await opening
  await closing?.()
})
