// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { generateKeyPairSync, sign } from 'node:crypto'
import type { RequestSettings } from '../harness/http-request.ts'
import type { TestEdgeOptions } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'
import { police } from '../policy/policed.ts'
import { type Fault, jwt, onRequest, policed, requesting } from './faults.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY_SET = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] })

function tokenOf(issuer: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'ES256', kid: 'one' })}.${part({ iss: issuer, sub: 'me' })}`
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

async function jwtWithKeys(): Promise<string> {
  const { port } = await startUpstream((_incoming, response) => response.end(KEY_SET))
  return jwtWithKeysAt(`http://127.0.0.1:${port}/keys`, true)
}

async function jwtWithKeysAt(jku: string, allowPrivateAddresses = false): Promise<string> {
  const config = { ...jwt, jws: { ...jwt.jws, keys: { sources: { additional_jkus: [jku] } } } }
  const policy = onRequest({ type: 'jwt-validation', config })
  return (await police(policy, { policies: { allowPrivateAddresses } })).url
}

const inBody = policed('jwt-validation', {
  ...jwt,
  http: { tokens: [{ type: 'jwt', method: 'body', name: 'token', prefix: '' }] },
})

const posted = (type: string, body: string): RequestSettings => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
})

type IpPolicies = NonNullable<NonNullable<TestEdgeOptions['policies']>['ipPolicy']>

async function restricted(ipPolicy: IpPolicies): Promise<string> {
  const policy = onRequest({ type: 'restrict-ips', config: { ip_policies: ['ipp_1'] } })
  return (await police(policy, { policies: { ipPolicy } })).url
}

/** They are there while the endpoint is bound. */
async function ipPoliciesThatBreak(): Promise<string> {
  let isGone = false
  const url = await restricted(() => {
    if (isGone) throw new Error('the database is gone')
    return []
  })
  isGone = true
  return url
}

/**
 * What only policies answer with; {@link faults} has what they share with the way of every request. Codes of faults that compiling finds, and
 * those of `terminate-tls`, which ends in an alert, reach no visitor as an answer; nothing asks yet for what 3213 refuses.
 */
export const policyFaults: Fault[] = [
  {
    code: 2211,
    status: 500,
    name: 'a value with a line end',
    raise: policed('add-headers', { headers: { x: '${"a\\nb"}' } }),
  },
  { code: 2217, status: 500, name: 'no CIDR', raise: policed('restrict-ips', { allow: ['${"x"}'] }) },
  {
    code: 2249,
    status: 500,
    name: 'a target that is too long',
    raise: policed('url-rewrite', { from: 'a', to: 'b'.repeat(1000) }),
    settings: { path: `/${'a'.repeat(1000)}` },
  },
  {
    code: 2300,
    status: 500,
    name: 'a policy that breaks',
    raise: ipPoliciesThatBreak,
  },
  {
    code: 2300,
    status: 504,
    name: 'a policy that does not decide',
    raise: requesting(() => {}, {}, { limits: { upstreamIdleTimeoutMs: 200, clientIdleTimeoutMs: 200 } }),
  },
  {
    code: 3203,
    status: 403,
    name: 'an address that an IP policy denies',
    raise: () => restricted(() => [{ cidr: '127.0.0.0/8', action: 'deny' }]),
  },
  { code: 3211, status: 403, name: 'a user agent', raise: policed('user-agent-filter', { deny: ['.*'] }) },
  {
    code: 3403,
    status: 403,
    name: 'a token of another issuer',
    raise: jwtWithKeys,
    settings: { headers: { authorization: `Bearer ${tokenOf('https://other.example')}` } },
  },
  { code: 3411, status: 400, name: 'a body that is no JSON', raise: inBody, settings: posted('application/json', '{') },
  {
    code: 3412,
    status: 400,
    name: 'a body that is no form',
    raise: inBody,
    settings: posted('application/x-www-form-urlencoded', '%'),
  },
  { code: 3414, status: 400, name: 'a body that holds no token', raise: inBody, settings: posted('text/plain', 'x') },
  { code: 3415, status: 401, name: 'a method without a body', raise: inBody },
  {
    code: 3422,
    status: 503,
    name: 'no key set',
    // Nobody asks there: the address is not a public one.
    raise: () => jwtWithKeysAt('http://127.0.0.1:1/keys'),
    settings: { headers: { authorization: `Bearer ${tokenOf('https://issuer.example')}` } },
  },
  {
    code: 3900,
    status: 500,
    name: 'a replacement that fails',
    raise: policed('request-body-find-replace', { replacements: [{ from: 'a', to: '${string(int("x"))}' }] }),
    settings: { method: 'POST', body: 'a' },
  },
  {
    code: 3904,
    status: 500,
    name: 'a replacement that makes too much',
    raise: policed('request-body-find-replace', { replacements: [{ from: 'a', to: 'b'.repeat(1000) }] }),
    settings: { method: 'POST', body: 'a'.repeat(30_000) },
  },
]
