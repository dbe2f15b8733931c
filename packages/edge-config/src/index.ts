/**
 * The edge's settings from flags, environment and a YAML file.
 *
 * ```ts
 * const parsed = parseEdgeSettings({ argv: process.argv.slice(2), env: process.env })
 * if (parsed.ok) await startEdge(parsed.settings)
 * else process.stderr.write(`${formatSettingFaults(parsed.faults)}\n`)
 * ```
 */
export type { ListenAddress } from '@tunnel/config-file'
export type { EdgeSettings } from './edge-settings.ts'
export { formatSettingFaults, type SettingFault, type SettingFaultCode, type SettingOrigin } from './faults.ts'
export { type EdgeSettingsSources, type ParsedEdgeSettings, parseEdgeSettings } from './parse-edge-settings.ts'
export type { ReservationSetting } from './reservations.ts'
export { edgeSettingsHelp } from './settings-help.ts'
export { edgeSettingsJsonSchema } from './settings-schema.ts'
export type { CertificateSetting, PortRange } from './value-types.ts'
