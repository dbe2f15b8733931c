/**
 * Names, credentials and certificates of an edge, kept in its data directory.
 *
 * ```ts
 * const controlPlane = await openControlPlane({ dataDir: '/var/lib/tunnel', domains: ['tunnel.example'] })
 * const { credentials, certificates, resumeKey } = controlPlane
 * const edge = await startEdge({ domains: ['tunnel.example'], https, credentials, certificates, resumeKey })
 * console.log(await controlPlane.connectionString(edge.httpsAddress.port))
 * ```
 *
 * @packageDocumentation
 */
export type { EdgeCertificates } from './certificates/edge-certificates.ts'
export type { CertificateFiles } from './certificates/operator-certificate.ts'
export type { NamedCertificateFiles } from './certificates/operator-certificates.ts'
export type { Clock } from './clock.ts'
export { type ControlPlane, type ControlPlaneOptions, openControlPlane } from './control-plane.ts'
export type { CredentialGrants, CredentialRecord, CredentialStore } from './credentials/credential-store.ts'
export { type DataDirectory, type DataDirectoryOptions, openDataDirectory, runningEdge } from './data/data-directory.ts'
export { ControlPlaneError, type ControlPlaneErrorCode } from './errors.ts'
export { type IpLookup, openIpDatabases } from './geo/ip-databases.ts'
export { type ControlPlaneLimits, defaultControlPlaneLimits } from './limits.ts'
export { currentConnectionString, newConnectionString, openCredentials } from './operator-commands.ts'
