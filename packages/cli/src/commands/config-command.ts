import type { Command } from 'commander'
import { checkConfig, saveAuthtoken, saveConnectUrl, saveServer } from '../config-file-jobs.ts'
import { commonFlags, readCommonFlags } from '../flags/common-flags.ts'
import { addFlags } from '../flags/flag.ts'
import { COMMON_GROUP, type CommandContext, defineCommand, examplesText } from './command-context.ts'

const examples = {
  'add-server': ["tunnel config add-server 'tunnel://TOKEN@edge.example.com:443?ca=sha256:…'"],
  'add-authtoken': ['tunnel config add-authtoken TOKEN', 'tunnel config add-authtoken TOKEN --config ./tunnel.yml'],
  'add-connect-url': ['tunnel config add-connect-url edge.example.com:443'],
  check: ['tunnel config check', 'tunnel config check --config ./tunnel.yml'],
}

export function addConfigCommand(parent: Command, context: CommandContext): void {
  const group = parent
    .command('config')
    .description('Change and check the configuration file.')
    .enablePositionalOptions()
  group.helpCommand(false)
  addFlags(group, commonFlags, COMMON_GROUP)
  group.addHelpText('after', examplesText(Object.values(examples).flatMap(([first]) => first ?? [])))

  const addServer = group
    .command('add-server <connection-string>')
    .description('Pair with an edge: save its address, its CA and an authtoken.')
  defineCommand(addServer, { ...context, examples: examples['add-server'] }, ([text = '']) =>
    saveServer(context, readCommonFlags(addServer).config, text),
  )

  addAuthtokenCommand(group, 'add-authtoken', context)

  const addConnectUrl = group
    .command('add-connect-url <host:port>')
    .alias('add-server-addr')
    .description("Save the edge's agent address.")
  defineCommand(addConnectUrl, { ...context, examples: examples['add-connect-url'] }, ([address = '']) =>
    saveConnectUrl(context, readCommonFlags(addConnectUrl).config, address),
  )

  const check = group.command('check').description('Say whether the file is right.')
  defineCommand(check, { ...context, examples: examples.check }, () =>
    checkConfig(context, readCommonFlags(check).config),
  )
}

/** `config add-authtoken`; at the root, the form of version 2. */
export function addAuthtokenCommand(
  parent: Command,
  name: 'add-authtoken' | 'authtoken',
  context: CommandContext,
): void {
  const command = parent.command(`${name} <token>`, { hidden: name === 'authtoken' }).description('Save the authtoken.')
  defineCommand(command, { ...context, examples: examples['add-authtoken'] }, ([token = '']) =>
    saveAuthtoken(context, readCommonFlags(command).config, token),
  )
}
