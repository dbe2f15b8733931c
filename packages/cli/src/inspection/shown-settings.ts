import type { AgentConfig } from '@tunnel/agent-config'

/** Characters of an authtoken that are shown: enough to tell two apart. */
const PREFIX_LENGTH = 5

/** The global settings as the status page shows them (reference agent.md §5.8), secrets never in full. */
export function shownSettings(config: AgentConfig, webAddress: string): Record<string, string> {
  const { authtoken, connect, console: screen, inspector, log, update } = config
  return {
    authtokenPrefix: authtoken === undefined ? 'no value' : `${authtoken.slice(0, PREFIX_LENGTH)}…`,
    configPathsList: config.files.join(', ') || 'no value',
    connectUrl: connect.urls.join(', ') || 'by the connection string',
    consoleUi: screen.ui === false ? 'disabled' : screen.ui === true ? 'enabled' : screen.ui,
    consoleUiColor: screen.color,
    inspectDbSize: String(inspector.dbSizeBytes),
    inspectSpool: inspector.spool?.directory ?? 'no value',
    localStorage: inspector.localStorage ? 'enabled' : 'disabled',
    log: String(log.target ?? 'by the console'),
    logFormat: log.format,
    logLevel: log.level,
    metadata: config.metadata === undefined ? 'no value' : `${config.metadata.length} characters`,
    region: connect.region ?? 'auto',
    remoteManagement: config.remoteManagement ? 'enabled' : 'disabled',
    updateChannel: update.channel,
    updateCheck: update.check ? 'enabled' : 'disabled',
    webAddr: webAddress,
    webAllowHosts: inspector.webAllowHosts.join(', ') || 'no value',
  }
}
