import type { JwtValidationConfig } from '../../actions/jwt-validation.ts'
import { validateJwts } from '../../actions/jwt-validation.ts'
import { celFromJson } from '../../cel/json.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import { refusal } from '../step.ts'

type Config = Parameters<Prepare<'jwt-validation'>>[0]

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

export const jwtValidationAction: Prepare<'jwt-validation'> = (config) => async (run) => {
  const { request, requestBody } = run.exchange!
  const rendered = renderConfig(run, config)
  const { method } = request.facts.head
  const needsBody = rendered.tokens.some((token) => token.method === 'body') && METHODS_WITH_BODY.has(method)
  const body = needsBody ? await requestBody.current() : undefined
  const { runtime } = run
  const { error, results } = await validateJwts(
    rendered,
    { method, headers: request.fields, body },
    { jwks: runtime.jwks, now: () => runtime.clock.now() },
  )
  // Claims are JSON of a stranger: their numbers are doubles, as `json.decode` gives them.
  const tokens = results.tokens.map((token) => celFromJson({ ...token }))
  setResults(run, 'jwt_validation', { ...results, tokens })
  if (error === undefined) return undefined
  return refusal(error, 'ERR_TUNNEL_2253', error.status === 401 ? ['www-authenticate', 'Bearer'] : [])
}

const renderConfig = (run: PhaseRun, { issuer, audience, http, jws }: Config): JwtValidationConfig => ({
  issuers: issuer.allow_list.map(({ value }) => render(run, value)),
  audiences: (audience?.allow_list ?? []).map(({ value }) => render(run, value)),
  tokens: http.tokens.map(({ type, method, name, prefix }) => ({
    type,
    method,
    name: render(run, name),
    prefix: render(run, prefix),
  })),
  allowedAlgorithms: jws.allowed_algorithms,
  jwksUrls: jws.keys.sources.additional_jkus.map((url) => render(run, url)),
})
