import { CelError } from '../cel-error.ts'
import { scopedFunctions } from '../define-functions.ts'
import type { Scope } from '../scope.ts'

/** The message names the secret, never its value. */
function getSecret({ variables }: Scope, vault: string, name: string): string {
  const value = variables.secret(vault, name)
  if (value === undefined) throw new CelError(`there is no secret ${JSON.stringify(`${vault}/${name}`.slice(0, 80))}`)
  return value
}

export const secretFunctions = scopedFunctions({
  'secrets.get(string, string): string': getSecret,
  'secrets.get(string): string': (scope: Scope, name: string) => getSecret(scope, 'default', name),
}).map((overload) => ({ ...overload, isSecret: () => true }))
