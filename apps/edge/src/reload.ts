import type { ControlPlane } from '@tunnel/control-plane'
import type { Edge } from '@tunnel/edge'
import { type EdgeSettings, formatSettingFaults, parseEdgeSettings } from '@tunnel/edge-config'
import type { Logger } from 'pino'
import { edgeOptions } from './edge-options.ts'
import { pinoLevel } from './log.ts'

/** What may change while an edge runs. Everything else takes a new process. */
const live = [
  'logLevel',
  'reservations',
  'autoHttpsRedirect',
  'reservationsRequired',
  'heartbeatIntervalMs',
  'heartbeatToleranceMs',
  'takeoverProbeMs',
  'drainGraceMs',
  'helloTimeoutMs',
  'maxUnauthenticatedSessions',
  'maxUnauthenticatedPerAddress',
  'maxSessionsPerCredential',
  'maxStreamsPerSession',
  'maxEndpointsPerSession',
  'maxPoolSize',
  'maxVisitorConnections',
  'maxConnectionsPerAddress',
  'maxConnectionsPerEndpoint',
  'maxHeadBytes',
  'maxHeaders',
  'headTimeoutMs',
  'clientIdleTimeoutMs',
  'upstreamIdleTimeoutMs',
  'drainQuietMs',
  'maxMetadataLength',
  'maxIdleStreamsPerEndpoint',
  'upstreamKeepAliveMs',
  'maxIdleBeforeUnrepeatableMs',
  'maxInternalHops',
  'maxLingerBytes',
  'lingerTimeoutMs',
  'clientHelloTimeoutMs',
  'maxClientHelloBytes',
  'maxHttp2Streams',
  'maxHttp2Resets',
  'maxHttp2ControlFrames',
  'maxHttp2InvalidFrames',
  'http2PingIntervalMs',
  'maxMemoryBytes',
  'maxDescriptors',
  'maxEventLoopDelayMs',
  'keepAliveMarkPercent',
  'connectionMarkPercent',
  'requestMarkPercent',
  'maxRefusedConnections',
  'refusalTimeoutMs',
  'webSocketPingIntervalMs',
] as const satisfies readonly (keyof EdgeSettings)[]

export interface Reloadable {
  readonly edge: Edge
  readonly controlPlane: ControlPlane
  readonly log: Logger
  /** As the command line gave them. */
  readonly argv: readonly string[]
}

/**
 * Reads settings and certificate files again and lets what may change hold from now on. Settings with a fault change nothing.
 * Resolves to the settings in force; never rejects.
 */
export async function reload(current: EdgeSettings, parts: Reloadable): Promise<EdgeSettings> {
  const { edge, controlPlane, log, argv } = parts
  const parsed = parseEdgeSettings({ argv, env: process.env })
  if (!parsed.ok) {
    log.error({ faults: formatSettingFaults(parsed.faults) }, 'settings are wrong; the ones before stay in force')
    return current
  }
  const next = { ...current, ...pick(parsed.settings, live) }
  const options = edgeOptions(next, controlPlane, log)
  const reservations = { list: next.reservations, required: next.reservationsRequired }
  edge.update({
    limits: options.limits ?? {},
    reservations,
    autoHttpsRedirect: next.autoHttpsRedirect,
    ...(options.heartbeat && { heartbeat: options.heartbeat }),
  })
  log.level = pinoLevel(next.logLevel)
  await controlPlane.certificates.reload()
  const changed = differences(current, next)
  const waiting = differences(next, parsed.settings)
  if (waiting.length > 0) log.warn({ settings: waiting }, 'changed settings take an upgrade or a restart')
  log.info({ settings: changed }, 'settings and certificates were reloaded')
  return next
}

function pick<T, Key extends keyof T>(from: T, keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, Key>
}

/** Names of settings that differ, as a file spells them. */
function differences(one: EdgeSettings, other: EdgeSettings): string[] {
  const keys = Object.keys(other) as (keyof EdgeSettings)[]
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key])).map(settingName)
}

const names: Partial<Record<keyof EdgeSettings, string>> = {
  domains: 'domain',
  dataDir: 'data',
  tlsFiles: 'tls_cert',
  reservations: 'reserved',
  reservationsRequired: 'require_reserved',
}

function settingName(key: keyof EdgeSettings): string {
  return names[key] ?? key.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
