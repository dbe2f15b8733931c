import { CelError } from '../cel-error.ts'
import { scopedFunctions } from '../define-functions.ts'
import type { Scope } from '../scope.ts'

/** Both ends included. */
function randomInt({ variables }: Scope, min = 0n, max = 1n): bigint {
  if (min < 0n || max < min) throw new CelError('rand.int() takes a minimum of 0 or more, then a maximum not below it')
  const width = Number(max - min) + 1
  return min + BigInt(Math.min(Math.floor(variables.random() * width), width - 1))
}

export const chanceFunctions = scopedFunctions({
  'rand.double(): double': ({ variables }: Scope) => variables.random(),
  'rand.int(): int': randomInt,
  'rand.int(int): int': (scope: Scope, min: bigint) => randomInt(scope, min, min > 1n ? min : 1n),
  'rand.int(int, int): int': randomInt,
})
