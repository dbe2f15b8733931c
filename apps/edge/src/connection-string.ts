import { currentConnectionString, newConnectionString } from '@tunnel/control-plane'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Invocation } from './command-line.ts'

export async function connectionString(
  { settings }: { settings: EdgeSettings },
  { words, flags }: Invocation,
): Promise<void> {
  if (words.length > 0) throw new Error('expected: tunnel-edge connection-string [--new]')
  const text = flags.has('new')
    ? await newConnectionString(settings.dataDir, 'made by tunnel-edge connection-string --new')
    : await currentConnectionString(settings.dataDir)
  process.stdout.write(`${text}\n`)
}
