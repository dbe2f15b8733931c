import type { Command } from 'commander'
import { commonFlags, readCommonFlags } from '../flags/common-flags.ts'
import { addFlags, type Flag } from '../flags/flag.ts'
import type { ServiceAction } from '../service/service-plan.ts'
import { COMMON_GROUP, type CommandContext, defineCommand } from './command-context.ts'
import { examplesText } from './examples-text.ts'

const actions: Readonly<Record<ServiceAction, { about: string; examples: readonly string[] }>> = {
  install: {
    about: 'Have this machine run the endpoints of a configuration file from its start on.',
    examples: [
      'sudo tunnel service install --config /etc/tunnel.yml     Linux and macOS',
      'tunnel service install --config C:\\tunnel\\tunnel.yml     Windows, as administrator',
    ],
  },
  uninstall: { about: 'Stop the service and remove it.', examples: ['sudo tunnel service uninstall'] },
  start: { about: 'Start the service now.', examples: ['sudo tunnel service start'] },
  stop: { about: 'Stop the service until the next start of the machine.', examples: ['sudo tunnel service stop'] },
  restart: { about: 'Start the service anew, with what its file says now.', examples: ['sudo tunnel service restart'] },
  status: { about: 'Say whether the service runs.', examples: ['tunnel service status'] },
}

/** Not for people: where a service without a log of its own writes one. */
const runFlags: readonly Flag[] = [{ name: 'default-log', value: 'target', standing: { kind: 'inert' } }]

export function addServiceCommand(parent: Command, context: CommandContext): void {
  const group = parent
    .command('service')
    .summary('Run as a service of the operating system.')
    .description('Run the endpoints of a configuration file in the background: systemd, launchd or the Task Scheduler.')
    .enablePositionalOptions()
  group.helpCommand(false)
  addFlags(group, commonFlags, COMMON_GROUP)
  group.addHelpText('after', examplesText(Object.values(actions).flatMap(({ examples }) => examples[0] ?? [])))
  for (const [name, { about, examples }] of Object.entries(actions)) {
    const command = group.command(name).description(about)
    defineCommand(command, { ...context, examples }, async () => {
      const { manageService } = await import('../service/manage-service.ts')
      await manageService(context, name as ServiceAction, readCommonFlags(command).configs)
    })
  }
  addRunCommand(group, context)
}

/** What the operating system runs: `start --all` without a console. */
function addRunCommand(group: Command, context: CommandContext): void {
  const command = group.command('run', { hidden: true }).description('Be the service.')
  const examples = ['tunnel service run --config /etc/tunnel.yml']
  defineCommand(command, { ...context, flags: runFlags, examples }, async () => {
    const { chosenEndpoints } = await import('../endpoints/chosen-endpoints.ts')
    const { runTunnel } = await import('../running/run-tunnel.ts')
    const { defaultLog = 'stdout' } = command.opts<{ defaultLog?: string }>()
    await runTunnel(
      {
        common: readCommonFlags(command),
        connect: undefined,
        authtoken: undefined,
        serviceLog: defaultLog,
        endpoints: (config) => chosenEndpoints(config, 'all'),
      },
      context.surroundings,
    )
  })
}
