import { type BasicAuth, basicAuth, compileBasicAuth } from '../../actions/basic-auth.ts'
import { assertBasicCredential, type BasicCredential, credentialFromPair } from '../../actions/basic-credential.ts'
import type { CompiledExpression } from '../../cel/compile-expression.ts'
import { celLimits } from '../../cel/limits.ts'
import { textOf } from '../../cel/text-of.ts'
import type { Credential } from '../../document/action-configs/basic-auth.ts'
import { type PhaseRun, type Prepare, setResults } from '../phase-run.ts'
import { respond } from '../step.ts'

type Parts = readonly (string | CompiledExpression)[]

export const basicAuthAction: Prepare<'basic-auth'> = ({ credentials, realm, enforce, allow_options }) => {
  const constants = credentials.map((credential) =>
    isConstant(credential) ? fromTemplate(credential, textOfConstant) : undefined,
  )
  const compile = (found: readonly BasicCredential[]): BasicAuth =>
    compileBasicAuth({ credentials: found, realm, enforce })
  const known = constants.filter((credential) => credential !== undefined)
  const always = known.length === credentials.length ? compile(known) : undefined
  return (run) => {
    const { request } = run.exchange!
    if (allow_options && request.facts.head.method === 'OPTIONS') return undefined
    const auth = always ?? compile(credentials.flatMap((credential, at) => constants[at] ?? rendered(credential, run)))
    const { reject, headers, results } = basicAuth(auth, request.fields)
    setResults(run, 'basic_auth', results)
    const { authorized, username } = results.credentials
    run.events.basicAuth = { decision: authorized ? 'allow' : 'block', username }
    return reject
      ? respond(401, [...headers, 'content-type', 'text/plain; charset=utf-8'], Buffer.from('Unauthorized\n'))
      : undefined
  }
}

const isConstant = (credential: Credential): boolean =>
  credential.kind === 'pair' &&
  [...credential.username, ...credential.password].every((part) => typeof part === 'string')

/** One that is not allowed matches no one. Reference §4.3 */
function rendered(credential: Credential, { scope }: PhaseRun): BasicCredential[] {
  scope.steps = celLimits.maxSteps
  const found = fromTemplate(credential, (parts) =>
    parts.map((part) => (typeof part === 'string' ? part : textOf(part.run(scope)))).join(''),
  )
  try {
    assertBasicCredential(found)
    return [found]
  } catch {
    return []
  }
}

const textOfConstant = (parts: Parts): string => parts.join('')

const fromTemplate = (credential: Credential, textFrom: (parts: Parts) => string): BasicCredential =>
  credential.kind === 'whole'
    ? credentialFromPair(textFrom(credential.pair))
    : { username: textFrom(credential.username), password: textFrom(credential.password) }
