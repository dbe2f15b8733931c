import { EDGE_VERSION } from '@tunnel/edge'
import { edgeSettingsHelp, formatSettingFaults, parseEdgeSettings } from '@tunnel/edge-config'
import { check } from './check.ts'
import { type Invocation, readInvocation, usage } from './command-line.ts'
import { connectionString } from './connection-string.ts'
import { credentials } from './credentials.ts'
import { failure } from './failure.ts'
import { serve } from './serve.ts'
import { upgrade } from './upgrade.ts'

const commands = { serve, upgrade, check, credentials, 'connection-string': connectionString }

try {
  await run(readInvocation(process.argv.slice(2)))
} catch (cause) {
  process.stderr.write(`tunnel-edge: ${failure(cause)}\n`)
  process.exitCode = 1
}

async function run(invocation: Invocation): Promise<void> {
  if (invocation.command === 'help') process.stdout.write(`${usage}\n${edgeSettingsHelp()}`)
  else if (invocation.command === 'version') process.stdout.write(`tunnel-edge ${EDGE_VERSION}\n`)
  else {
    const parsed = parseEdgeSettings({ argv: invocation.settings, env: process.env })
    if (!parsed.ok) throw new Error(formatSettingFaults(parsed.faults))
    await commands[invocation.command](parsed, invocation)
  }
}
