import { existsSync } from 'node:fs'
import { CliError } from './cli-error.ts'
import type { CommandContext } from './commands/command-context.ts'
import { configMachine, namedConfigPath, readConfig } from './config-machine.ts'
import { isConnectionString, pairingFrom } from './connection-string.ts'

/** `config add-authtoken`. Throws `ERR_CLI_USAGE` or `ConfigFileError`, as all of these do. */
export async function saveAuthtoken(
  context: CommandContext,
  explicit: string | undefined,
  token: string,
): Promise<void> {
  if (isConnectionString(token)) {
    throw new CliError('ERR_CLI_USAGE', 'this is a connection string; save it with tunnel config add-server')
  }
  const { addAuthtoken } = await import('@tunnel/agent-config')
  await save(context, explicit, 'Authtoken', (path) => addAuthtoken(path, token))
}

export async function saveServer(context: CommandContext, explicit: string | undefined, text: string): Promise<void> {
  const pairing = pairingFrom(text)
  const { addServer } = await import('@tunnel/agent-config')
  await save(context, explicit, `Edge ${pairing.connectUrl}`, (path) => addServer(path, pairing))
}

export async function saveConnectUrl(
  context: CommandContext,
  explicit: string | undefined,
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
  await save(context, explicit, 'Connect URL', (path) => addServer(path, { connectUrl: address }))
}

/** `config check`. Throws `ERR_CLI_NO_CONFIG` where there is nothing to check. */
export async function checkConfig(context: CommandContext, explicit: string | undefined): Promise<void> {
  const { files, warnings } = await readConfig(context.surroundings, { config: explicit })
  for (const warning of warnings) context.warn(warning)
  if (files.length === 0) {
    const path = await ownPath(context, undefined)
    throw new CliError('ERR_CLI_NO_CONFIG', `there is no configuration file; it would be ${path}`)
  }
  for (const file of files) context.print(`Valid configuration file at ${file}`)
}

async function save(
  context: CommandContext,
  explicit: string | undefined,
  what: string,
  write: (path: string) => Promise<{ path: string; created: boolean }>,
): Promise<void> {
  const wanted = await ownPath(context, explicit)
  const { path, created } = await write(wanted)
  context.print(`${what} saved to configuration file: ${path}`)
  const shadowed =
    created && namedConfigPath(context.surroundings, explicit) === undefined ? await foreignFile(context) : undefined
  if (shadowed !== undefined) {
    context.warn(`${shadowed} was read until now; with ${path} there it is not any more: copy what you need`)
  }
}

/** The file that is written: never one of ngrok's. */
async function ownPath({ surroundings }: CommandContext, explicit: string | undefined): Promise<string> {
  const { defaultConfigPath } = await import('@tunnel/agent-config')
  return namedConfigPath(surroundings, explicit) ?? defaultConfigPath(configMachine(surroundings))
}

async function foreignFile({ surroundings }: CommandContext): Promise<string | undefined> {
  const { ngrokConfigPaths } = await import('@tunnel/agent-config')
  return ngrokConfigPaths(configMachine(surroundings)).find((path) => existsSync(path))
}
