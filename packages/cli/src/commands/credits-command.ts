import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { printable } from '../printable.ts'
import type { CommandContext } from './command-context.ts'
import { examplesText } from './examples-text.ts'

export function addCreditsCommand(program: Command, context: CommandContext): void {
  program
    .command('credits')
    .description('Show whose work this is, with the licences.')
    .addHelpText('after', examplesText(['tunnel credits', 'tunnel credits | less']))
    .action(() => printCredits(context))
}

/** What is installed says it itself, so that it is never out of date. Published as one package, it has it written down. */
async function printCredits({ print }: CommandContext): Promise<void> {
  const { installedPackages, writtenCredits } = await import('../credits/installed-packages.ts')
  // By the package's name: this module may have become part of a larger file elsewhere.
  const directory = dirname(createRequire(import.meta.url).resolve('@tunnel/cli/package.json'))
  const written = writtenCredits(directory)
  if (written !== undefined) return print(written)
  const packages = installedPackages(directory)
  const own = packages.filter(({ name }) => name.startsWith('@tunnel/'))
  const others = packages.filter((one) => !own.includes(one))
  print(`tunnel is made of ${own.map(({ name }) => name).join(', ')} (${own[0]?.licence ?? ''})`)
  print(`and stands on ${others.length} packages of others:\n`)
  for (const { name, version, licence, author } of others) {
    print(printable(`  ${name} ${version} (${licence})${author === undefined ? '' : `, ${author}`}`))
  }
  for (const { name, version, text } of others) {
    if (text !== undefined)
      print(`\n${'─'.repeat(72)}\n${name} ${version}\n\n${text.split('\n').map(printable).join('\n')}`)
  }
}
