/**
 * The agent's YAML configuration: where it lies, what it says, how it is changed.
 *
 * ```ts
 * const machine = { env: process.env, platform: process.platform, homedir: userInfo().homedir }
 * const { authtoken, connect, warnings } = loadAgentConfig(machine)
 * await addAuthtoken(defaultConfigPath(machine), 'tok_…')
 * ```
 */
export {
  ConfigFileError,
  type ConfigFileErrorCode,
  formatFaults,
  type ListenAddress,
  readConfigText,
  writeConfigFile,
} from '@tunnel/config-file'
export type { AgentConfig, ConnectConfig, InspectorConfig, LogConfig } from './agent-config.ts'
export type { ConnectCas } from './connect-cas.ts'
export type { EndpointDefinition } from './endpoint-schema.ts'
export { type AgentSettings, agentConfigJsonSchema } from './file-schema.ts'
export { type LoadAgentConfigOptions, loadAgentConfig } from './load-agent-config.ts'
export { type DefinitionPlace, locateDefinition } from './locate-definition.ts'
export { defaultConfigPath, type Machine, ngrokConfigPaths } from './locations.ts'
export type { TunnelDefinition } from './tunnel-schema.ts'
export { type UpgradedConfig, upgradeConfigText } from './upgrade/upgrade-config-text.ts'
export { addApiKey, addAuthtoken, addServer, type ServerPairing } from './write-settings.ts'
