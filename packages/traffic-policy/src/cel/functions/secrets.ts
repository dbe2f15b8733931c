import { CelError } from '../cel-error.ts'
import type { Overload, SecretName } from '../compiled.ts'
import { scopedFunctions } from '../define-functions.ts'
import type { Scope } from '../scope.ts'

const DEFAULT_VAULT = 'default'

/** The message names the secret, never its value. */
function getSecret({ variables }: Scope, vault: string, name: string): string {
  const value = variables.secret(vault, name)
  if (value === undefined) throw new CelError(`there is no secret ${JSON.stringify(`${vault}/${name}`.slice(0, 80))}`)
  return value
}

export const secretFunctions = scopedFunctions({
  'secrets.get(string, string): string': getSecret,
  'secrets.get(string): string': (scope: Scope, name: string) => getSecret(scope, DEFAULT_VAULT, name),
}).map((overload): Overload => ({ ...overload, isSecret: () => true, secretOf }))

function secretOf(constants: Parameters<NonNullable<Overload['secretOf']>>[0]): SecretName | undefined {
  const [first, second] = constants.map((constant) => constant?.value)
  if (typeof first !== 'string') return undefined
  if (constants.length === 1) return { vault: DEFAULT_VAULT, name: first }
  return typeof second === 'string' ? { vault: first, name: second } : undefined
}
