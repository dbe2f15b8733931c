import type { EdgeSettings } from '@tunnel/edge-config'
import type { Invocation } from './command-line.ts'

/** Shows what the settings come to and which sources had a say. */
export async function check(
  { settings, file }: { settings: EdgeSettings; file: string | undefined },
  invocation: Invocation,
): Promise<void> {
  const flags = invocation.settings.filter((argument) => argument.startsWith('--')).map((flag) => flag.split('=')[0])
  const variables = Object.keys(process.env).filter((name) => name.startsWith('TUNNEL_EDGE_'))
  const source = (label: string, names: readonly (string | undefined)[]): string =>
    `${label} ${names.length > 0 ? names.join(', ') : 'none'}\n`
  process.stdout.write(
    `${JSON.stringify(settings, null, 2)}\n${source('flags:      ', flags)}${source('environment:', variables)}` +
      `${source('file:       ', file === undefined ? [] : [file])}the settings are right\n`,
  )
}
