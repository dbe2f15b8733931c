import type { Overload } from '../compiled.ts'
import { chanceFunctions } from './chance.ts'
import { conversionFunctions } from './conversions.ts'
import { encodingFunctions } from './encodings.ts'
import { hashFunctions } from './hashes.ts'
import { httpFunctions } from './http.ts'
import { listFunctions } from './lists.ts'
import { networkFunctions } from './network.ts'
import { regexFunctions } from './regex.ts'
import { secretFunctions } from './secrets.ts'
import { stringFunctions } from './strings.ts'
import { timeFunctions } from './time.ts'
import { urlFunctions } from './urls.ts'

/** Every function of the dialect by name, a namespace's with its prefix. Reference §2.3 */
export const functions: ReadonlyMap<string, readonly Overload[]> = grouped([
  ...httpFunctions,
  ...networkFunctions,
  ...encodingFunctions,
  ...urlFunctions,
  ...hashFunctions,
  ...listFunctions,
  ...stringFunctions,
  ...regexFunctions,
  ...conversionFunctions,
  ...timeFunctions,
  ...chanceFunctions,
  ...secretFunctions,
])

function grouped(overloads: readonly Overload[]): Map<string, Overload[]> {
  const byName = new Map<string, Overload[]>()
  for (const overload of overloads) {
    const known = byName.get(overload.name)
    if (known) known.push(overload)
    else byName.set(overload.name, [overload])
  }
  return byName
}
