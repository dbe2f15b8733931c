import type { SecretName } from '../cel/compiled.ts'
import type { FaultList } from './fault-list.ts'
import type { CompiledRule } from './policy.ts'
import type { Path } from './source-position.ts'

type IsSecretKnown = (vault: string, name: string) => boolean

/** Reports each secret that a rule names outright and that is not there: its requests could only fail. Reference §2.3 */
export function checkSecrets(rules: readonly CompiledRule[], isKnown: IsSecretKnown, faults: FaultList): void {
  for (const { expressions, actions } of rules) {
    for (const [at, { secrets }] of expressions.entries())
      report(secrets, [...(actions[0]?.path.slice(0, 2) ?? []), 'expressions', at], isKnown, faults)
    for (const { config, path } of actions) {
      for (const [field, value] of Object.entries(config))
        report(secretsIn(value), [...path, 'config', field], isKnown, faults)
    }
  }
}

function report(secrets: readonly SecretName[], path: Path, isKnown: IsSecretKnown, faults: FaultList): void {
  for (const { vault, name } of secrets) {
    if (isKnown(vault, name)) continue
    faults.add('ERR_TUNNEL_2232', path, `there is no secret ${JSON.stringify(`${vault}/${name}`.slice(0, 80))}`)
  }
}

/** Of whatever was compiled from a field. */
function secretsIn(value: unknown): readonly SecretName[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  if (Object.getPrototypeOf(value) !== Object.prototype) return []
  const { secrets } = value as { secrets?: readonly SecretName[] }
  return secrets ?? Object.values(value).flatMap(secretsIn)
}
