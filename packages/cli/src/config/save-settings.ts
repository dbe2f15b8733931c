import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { isConnectionString, pairingFrom } from '../connection-string.ts'
import { shadowing, writtenPath } from './written-path.ts'

/** `config add-authtoken`. Throws `ERR_CLI_USAGE` or `ConfigFileError`, as all of these do. */
export async function saveAuthtoken(context: CommandContext, configs: readonly string[], token: string): Promise<void> {
  if (isConnectionString(token)) {
    throw new CliError('ERR_CLI_USAGE', 'this is a connection string; save it with tunnel config add-server')
  }
  const { addAuthtoken } = await import('@tunnel/agent-config')
  await save(context, configs, 'Authtoken', (path) => addAuthtoken(path, token))
}

/** `config add-api-key`. */
export async function saveApiKey(context: CommandContext, configs: readonly string[], key: string): Promise<void> {
  const { addApiKey } = await import('@tunnel/agent-config')
  await save(context, configs, 'API key', (path) => addApiKey(path, key))
}

export async function saveServer(context: CommandContext, configs: readonly string[], text: string): Promise<void> {
  const pairing = pairingFrom(text)
  const { addServer } = await import('@tunnel/agent-config')
  await save(context, configs, `Edge ${pairing.connectUrl}`, (path) => addServer(path, pairing))
}

export async function saveConnectUrl(
  context: CommandContext,
  configs: readonly string[],
  address: string,
): Promise<void> {
  if (isConnectionString(address)) {
    throw new CliError('ERR_CLI_USAGE', 'this is a connection string; save it with tunnel config add-server')
  }
  const port = Number(/^(?:\[[0-9a-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/i.exec(address)?.[1])
  if (!(port >= 1 && port <= 65_535)) {
    const shown = JSON.stringify(address.slice(0, 100))
    throw new CliError('ERR_CLI_USAGE', `${shown} is not host:port; for example edge.example.com:443`)
  }
  const { addServer } = await import('@tunnel/agent-config')
  await save(context, configs, 'Connect URL', (path) => addServer(path, { connectUrl: address }))
}

async function save(
  context: CommandContext,
  configs: readonly string[],
  what: string,
  write: (path: string) => Promise<{ path: string; created: boolean }>,
): Promise<void> {
  const saved = await write(await writtenPath(context.surroundings, configs))
  context.print(`${what} saved to configuration file: ${saved.path}`)
  const shadowed = await shadowing(context.surroundings, configs, saved)
  if (shadowed !== undefined) context.warn(shadowed)
}
