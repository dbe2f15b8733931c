import type { EdgeLog } from '@tunnel/edge'
import { keepAuthority } from './certificates/authority.ts'
import { EdgeCertificates } from './certificates/edge-certificates.ts'
import { keepCertificatesFresh } from './certificates/keep-fresh.ts'
import type { CertificateFiles } from './certificates/operator-certificate.ts'
import { type NamedCertificateFiles, OperatorCertificates } from './certificates/operator-certificates.ts'
import { ServedNames } from './certificates/served-names.ts'
import { type Clock, systemClock } from './clock.ts'
import { CredentialStore } from './credentials/credential-store.ts'
import { keepConnectionString } from './data/connection-string-file.ts'
import { type DataDirectory, openDataDirectory } from './data/data-directory.ts'
import { fileNames } from './data/file-names.ts'
import { keepResumeKey } from './data/resume-key.ts'
import { type ControlPlaneLimits, defaultControlPlaneLimits } from './limits.ts'

export interface ControlPlaneOptions {
  /** Directory of everything that outlives the edge; made where missing. */
  dataDir: string
  /** Base domains of public names. */
  domains: readonly [string, ...string[]]
  /** Host name or IP address of the edge itself. @default the first domain */
  edgeHost?: string
  /** The operator's own certificate for public names. @default the edge's own authority signs for them */
  certificate?: CertificateFiles
  /** Further ones, each for the names that it has or is given. They go before `certificate` where both have a name. */
  certificates?: readonly NamedCertificateFiles[]
  /** Pid of the edge that has the directory now and hands it over when this one is ready. */
  heirOf?: number | undefined
  limits?: Partial<ControlPlaneLimits>
  log?: Pick<EdgeLog, 'info' | 'warn'>
  clock?: Clock
}

/** What one edge knows and keeps: give its parts to `startEdge`. */
export interface ControlPlane {
  readonly credentials: CredentialStore
  readonly certificates: EdgeCertificates
  readonly resumeKey: Buffer
  /** The authority's certificate, for clients other than agents (`curl --cacert`). */
  readonly caFile: string
  /** SHA-256 of that certificate's DER, lowercase hex. */
  readonly caFingerprint: string
  /**
   * How agents pair with this edge, listening on `port` as they see it. At the first start a credential is made and
   * its token is part of the string; see the README for how long it stays.
   */
  connectionString(port: number): Promise<string>
  /** Makes the data directory that of process `pid`, which opened it with `heirOf`: this one keeps using what it has read. */
  handTo(pid: number): Promise<void>
  /** Ends all timers and lets another edge have the directory. Idempotent. */
  close(): Promise<void>
}

/** Opens, or makes, what an edge keeps in its data directory. Throws `ControlPlaneError`, with nothing left open. */
export async function openControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const directory = await openDataDirectory(options.dataDir, { heirOf: options.heirOf })
  try {
    return await open(directory, options)
  } catch (cause) {
    await directory.close()
    throw cause
  }
}

async function open(directory: DataDirectory, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock = systemClock, log } = options
  const limits = { ...defaultControlPlaneLimits, ...options.limits }
  const names = new ServedNames(options.domains, options.edgeHost)
  const caFile = directory.file(fileNames.authorityCertificate)
  const { certificate, certificates: named = [] } = options
  const operator = await OperatorCertificates.read(certificate ? [...named, certificate] : named)
  const authorityFiles = { certificate: caFile, key: directory.file(fileNames.authorityKey) }
  const authority = await keepAuthority(authorityFiles, names.edgeHost, clock.now())
  const resumeKey = await keepResumeKey(directory.file(fileNames.resumeKey))
  const credentials = await CredentialStore.open(directory.file(fileNames.credentials), { limits, now: clock.now })
  const certificates = await EdgeCertificates.create({
    authority,
    names,
    operator,
    maxCachedCertificates: limits.maxCachedCertificates,
    now: clock.now,
    log,
  })
  const freshness = keepCertificatesFresh({ certificates, clock, log })
  return {
    credentials,
    certificates,
    resumeKey,
    caFile,
    caFingerprint: authority.fingerprint,
    connectionString: (port) => {
      const edge = { host: names.edgeHost, port, caFingerprint: authority.fingerprint }
      return keepConnectionString(directory.file(fileNames.connectionString), edge, credentials)
    },
    handTo: (pid) => directory.handTo(pid),
    async close() {
      freshness.stop()
      credentials.close()
      await directory.close()
    },
  }
}
