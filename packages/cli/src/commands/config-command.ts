import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { commonFlags, readCommonFlags } from '../flags/common-flags.ts'
import { addFlags, type Flag } from '../flags/flag.ts'
import { COMMON_GROUP, type CommandContext, defineCommand } from './command-context.ts'
import { examplesText } from './examples-text.ts'

const examples = {
  'add-server': ["tunnel config add-server 'tunnel://TOKEN@edge.example.com:443?ca=sha256:…'"],
  'add-authtoken': ['tunnel config add-authtoken TOKEN', 'tunnel config add-authtoken TOKEN --config ./tunnel.yml'],
  'add-api-key': ['tunnel config add-api-key KEY'],
  'add-connect-url': ['tunnel config add-connect-url edge.example.com:443'],
  check: ['tunnel config check', 'tunnel config check --config ./tunnel.yml --config ./project.yml'],
  edit: ['tunnel config edit', 'EDITOR="code --wait" tunnel config edit'],
  upgrade: [
    'tunnel config upgrade                 to the newest version, with a backup beside the file',
    'tunnel config upgrade --dry-run       only show what would change',
    'tunnel config upgrade --relocate      also move it to the default place',
    'tunnel config upgrade 2               to an older one than the newest',
  ],
  import: [
    'tunnel config import --from frp frpc.toml             proxies of frp',
    'tunnel config import --from cloudflared config.yml    ingress rules of cloudflared',
    'tunnel config import --from ngrok ngrok.yml           endpoints and tunnels of ngrok',
    'tunnel config import --from frp frpc.toml --dry-run   only show what would be written',
  ],
  schema: ['tunnel config schema > tunnel.schema.json'],
}

export function addConfigCommand(parent: Command, context: CommandContext): void {
  const group = parent
    .command('config')
    .description('Change and check the configuration file.')
    .enablePositionalOptions()
  group.helpCommand(false)
  addFlags(group, commonFlags, COMMON_GROUP)
  group.addHelpText('after', examplesText(Object.values(examples).flatMap(([first]) => first ?? [])))
  addPairingCommands(group, context)
  addFileCommands(group, context)
  addUpgradeCommand(group, context)
  addImportCommand(group, context)
}

function addPairingCommands(group: Command, context: CommandContext): void {
  const addServer = group
    .command('add-server <connection-string>')
    .description('Pair with an edge: save its address, its CA and an authtoken.')
  defineCommand(addServer, { ...context, examples: examples['add-server'] }, async ([text = '']) => {
    const { saveServer } = await import('../config/save-settings.ts')
    await saveServer(context, readCommonFlags(addServer).configs, text)
  })

  addAuthtokenCommand(group, 'add-authtoken', context)

  const addApiKey = group.command('add-api-key <key>').description('Save the key of the REST API.')
  defineCommand(addApiKey, { ...context, examples: examples['add-api-key'] }, async ([key = '']) => {
    const { saveApiKey } = await import('../config/save-settings.ts')
    await saveApiKey(context, readCommonFlags(addApiKey).configs, key)
  })

  const addConnectUrl = group
    .command('add-connect-url <host:port>')
    .alias('add-server-addr')
    .description("Save the edge's agent address.")
  defineCommand(addConnectUrl, { ...context, examples: examples['add-connect-url'] }, async ([address = '']) => {
    const { saveConnectUrl } = await import('../config/save-settings.ts')
    await saveConnectUrl(context, readCommonFlags(addConnectUrl).configs, address)
  })
}

function addFileCommands(group: Command, context: CommandContext): void {
  const check = group.command('check').description('Say whether the files are right.')
  defineCommand(check, { ...context, examples: examples.check }, async () => {
    const { checkConfig } = await import('../config/check-config.ts')
    await checkConfig(context, readCommonFlags(check).configs)
  })

  const edit = group.command('edit').description('Open the file in $VISUAL or $EDITOR; saved only when it is right.')
  defineCommand(edit, { ...context, examples: examples.edit }, async () => {
    const { editConfig } = await import('../config/edit-config.ts')
    await editConfig(context, readCommonFlags(edit).configs)
  })

  const schema = group.command('schema').description('Print the JSON Schema of the file, for editors.')
  defineCommand(schema, { ...context, examples: examples.schema }, async () => {
    const { printSchema } = await import('../config/check-config.ts')
    await printSchema(context)
  })
}

const dryRunFlag: Flag = { name: 'dry-run', about: 'Show the result and write nothing.' }

export const upgradeFlags: readonly Flag[] = [
  dryRunFlag,
  { name: 'relocate', about: 'Move the file to the default place.' },
]

function addUpgradeCommand(group: Command, context: CommandContext): void {
  const upgrade = group
    .command('upgrade [version]')
    .description('Bring the file to the newest version of its layout.')
    .usage('[2 | 3] [flags]')
  defineCommand(upgrade, { ...context, flags: upgradeFlags, examples: examples.upgrade }, async ([version]) => {
    const { dryRun = false, relocate = false } = upgrade.opts<{ dryRun?: boolean; relocate?: boolean }>()
    const target = version === undefined ? undefined : targetOf(version)
    const { upgradeConfig } = await import('../config/upgrade-config.ts')
    await upgradeConfig(context, readCommonFlags(upgrade).configs, { target, dryRun, relocate })
  })
}

function targetOf(version: string): 2 | 3 {
  if (version === '2' || version === '3') return version === '2' ? 2 : 3
  throw new CliError('ERR_CLI_USAGE', `${JSON.stringify(version.slice(0, 50))} is no version to upgrade to: 2 or 3`)
}

export const importFlags: readonly Flag[] = [
  { name: 'from', value: 'program', choices: ['ngrok', 'frp', 'cloudflared'], about: 'Whose file it is.' },
  dryRunFlag,
]

function addImportCommand(group: Command, context: CommandContext): void {
  const command = group
    .command('import <file>')
    .description("Take over another program's file, and say what could not be.")
    .usage('--from ngrok|frp|cloudflared FILE [flags]')
  defineCommand(command, { ...context, flags: importFlags, examples: examples.import }, async ([file = '']) => {
    const { from, dryRun = false } = command.opts<{ from?: 'ngrok' | 'frp' | 'cloudflared'; dryRun?: boolean }>()
    if (from === undefined) throw new CliError('ERR_CLI_USAGE', 'import needs --from ngrok, frp or cloudflared')
    const { importConfig } = await import('../config/import-config.ts')
    await importConfig(context, readCommonFlags(command).configs, { from, file, dryRun })
  })
}

/** `config add-authtoken`; at the root, the form of version 2. */
export function addAuthtokenCommand(
  parent: Command,
  name: 'add-authtoken' | 'authtoken',
  context: CommandContext,
): void {
  const command = parent.command(`${name} <token>`, { hidden: name === 'authtoken' }).description('Save the authtoken.')
  defineCommand(command, { ...context, examples: examples['add-authtoken'] }, async ([token = '']) => {
    const { saveAuthtoken } = await import('../config/save-settings.ts')
    await saveAuthtoken(context, readCommonFlags(command).configs, token)
  })
}
