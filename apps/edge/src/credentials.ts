import { openCredentials } from '@tunnel/control-plane'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Invocation } from './command-line.ts'
import { credentialLimits } from './credential-limits.ts'

const wrongUse =
  'expected: tunnel-edge credentials create [description] [--acl RULE] [--limit NAME=COUNT] | list | delete <id>'

export async function credentials(
  { settings }: { settings: EdgeSettings },
  { words, acl, limits }: Invocation,
): Promise<void> {
  const [action, argument, ...more] = words
  if (action !== 'create' && (acl.length > 0 || limits.length > 0)) throw new Error(wrongUse)
  if (more.length > 0) throw new Error(`${wrongUse} (a description of several words needs quotes)`)
  const store = await openCredentials(settings.dataDir)
  if (action === 'create') {
    const { credential, authtoken } = await store.createCredential(argument ?? '', {
      acl,
      limits: credentialLimits(limits),
    })
    process.stderr.write(`${credential.id} was made; its authtoken is shown this once:\n`)
    process.stdout.write(`${authtoken}\n`)
  } else if (action === 'list' && argument === undefined) {
    for (const { id, createdAt, description, acl } of await store.listCredentials()) {
      const rules = acl.length > 0 ? `  ${acl.join(' ')}` : ''
      process.stdout.write(`${id}  ${createdAt}  ${JSON.stringify(description)}${rules}\n`)
    }
  } else if (action === 'delete' && argument !== undefined) {
    const { id } = await store.deleteCredential(argument)
    process.stderr.write(`${id} was deleted\n`)
  } else throw new Error(wrongUse)
}
