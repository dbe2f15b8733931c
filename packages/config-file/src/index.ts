/**
 * Reads a YAML settings file against a schema and says where it is wrong.
 *
 * ```ts
 * const schema = z.strictObject({ port: z.int().max(65_535), keep_alive: durationSchema().optional() })
 * const parsed = parseConfigFile('prot: 80\n', schema, { file: 'app.yml' })
 * if (!parsed.ok) process.stderr.write(`${formatFaults(parsed.faults)}\n`)
 * // app.yml:1:1: `port` is missing: expected a number
 * // app.yml:1:1: unknown key `prot`; did you mean `port`?
 * ```
 */
export { closest } from './closest.ts'
export { durationSchema, formatDuration, maxTimerMs, parseDuration } from './duration.ts'
export { type EditedConfigFile, editConfigFile } from './edit-config-file.ts'
export { editConfigText } from './edit-config-text.ts'
export { ConfigFileError, type ConfigFileErrorCode, invalidConfigError } from './errors.ts'
export { type ConfigFault, type ConfigFaultCode, type ConfigPath, formatFaults, formatPath } from './fault.ts'
export { type ConfigLimits, defaultConfigLimits } from './limits.ts'
export type { ConfigPosition } from './line-starts.ts'
export {
  formatListenAddress,
  isHostName,
  type ListenAddress,
  listenAddressSchema,
  parseListenAddress,
  parsePort,
} from './listen-address.ts'
export { type ParseConfigOptions, type ParsedConfig, parseConfigFile } from './parse-config-file.ts'
export { type ParsedValue, parseConfigValue } from './parse-config-value.ts'
export { readConfigText } from './read-config-text.ts'
export { setConfigValue } from './set-config-value.ts'
export { shown } from './shown.ts'
export { writeConfigFile } from './write-config-file.ts'
