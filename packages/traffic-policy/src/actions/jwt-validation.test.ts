import { execFileSync } from 'node:child_process'
import { createHmac, createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@tunnel/testkit'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createJwksCache } from './jwks-cache.ts'
import { jwtAlgorithms } from './jwt-algorithms.ts'
import type { TokenRequest, TokenSource } from './jwt-locate.ts'
import { type JwtValidationConfig, MAX_SIGNATURE_CHECKS, validateJwts } from './jwt-validation.ts'

const NOW = 1_714_564_800
const URL = 'https://issuer.example/jwks'
const bearer: TokenSource = { type: 'jwt', method: 'header', name: 'Authorization', prefix: 'Bearer ' }
const config: JwtValidationConfig = {
  issuers: ['https://issuer.example/'],
  audiences: ['api'],
  tokens: [bearer],
  allowedAlgorithms: jwtAlgorithms,
  jwksUrls: [URL],
}
const claims = { iss: 'https://issuer.example/', aud: 'api', sub: 'ann', exp: NOW + 60 }

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let other: Pair
let jwk: JWK

beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true })
  other = await generateKeyPair('ES256', { extractable: true })
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one' }
})

interface TokenOptions {
  payload?: Record<string, unknown>
  header?: Record<string, unknown>
  by?: Pair
}

function token({ payload = claims, header = {}, by = pair }: TokenOptions = {}): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(by.privateKey)
}

/** An issuer whose key set and health a test changes. */
function setup(changes: Partial<JwtValidationConfig> = {}) {
  const clock = new ManualClock(NOW * 1000)
  const server = { keys: [jwk] as unknown, isDown: false, asked: 0 }
  const jwks = createJwksCache(async () => {
    server.asked++
    if (server.isDown) throw new Error('down')
    return { status: 200, headers: [], body: Buffer.from(JSON.stringify({ keys: server.keys })), resolvedIp: '' }
  }, clock)
  const validate = (headers: string[], part: Partial<TokenRequest> = {}) =>
    validateJwts(
      { ...config, ...changes },
      { method: 'GET', headers, body: undefined, ...part },
      { jwks, now: clock.now },
    )
  const codeOf = async (text: string) => (await validate(['Authorization', `Bearer ${text}`])).error?.code
  return { clock, server, validate, codeOf }
}

test('passes a token that is signed, in time, and of and for the right ones', async () => {
  const { validate } = setup()
  const text = await token()
  const { error, results } = await validate(['authorization', `Bearer ${text}`])
  expect(error).toBeUndefined()
  expect(results).toEqual({
    tokens: [
      {
        header: { alg: 'ES256', kid: 'one' },
        payload: claims,
        signature: text.split('.')[2],
        location: 'header',
        location_property: 'Authorization',
        verified: true,
      },
    ],
  })
})

describe('claims', () => {
  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['another issuer', { iss: 'https://issuer.example' }, 'ERR_TUNNEL_3403'],
    ['no issuer', { iss: undefined }, 'ERR_TUNNEL_3403'],
    ['an issuer that is no text', { iss: ['https://issuer.example/'] }, 'ERR_TUNNEL_3403'],
    ['another audience', { aud: 'web' }, 'ERR_TUNNEL_3403'],
    ['no audience', { aud: undefined }, 'ERR_TUNNEL_3403'],
    ['one of several audiences', { aud: ['web', 'api'] }, undefined],
    ['a time that is over', { exp: NOW - 60 }, 'ERR_TUNNEL_3403'],
    ['a time that is over by less than the leeway', { exp: NOW - 59 }, undefined],
    ['a time that is no number', { exp: String(NOW + 60) }, 'ERR_TUNNEL_3403'],
    ['no end', { exp: undefined }, undefined],
    ['a start to come', { nbf: NOW + 61 }, 'ERR_TUNNEL_3403'],
    ['a start within the leeway', { nbf: NOW + 60 }, undefined],
    ['an issue to come', { iat: NOW + 9999 }, undefined],
  ])('%s', async (_, changes, code) => {
    expect(await setup().codeOf(await token({ payload: { ...claims, ...changes } }))).toBe(code)
  })

  test('any audience will do where none is configured', async () => {
    expect(await setup({ audiences: [] }).codeOf(await token({ payload: { iss: claims.iss } }))).toBeUndefined()
  })

  test('of another issuer cost no fetch', async () => {
    const { server, codeOf } = setup()
    await codeOf(await token({ payload: { ...claims, iss: 'https://evil.example/' } }))
    expect(server.asked).toBe(0)
  })
})

describe('signatures', () => {
  test('refuses one by another key, and one that was changed', async () => {
    const { codeOf } = setup()
    expect(await codeOf(await token({ by: other }))).toBe('ERR_TUNNEL_3403')
    const [header, , signature] = (await token()).split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url')
    expect(await codeOf(`${header}.${payload}.${signature}`)).toBe('ERR_TUNNEL_3403')
  })

  test('refuses none, and a public key used as a shared secret', async () => {
    const { codeOf } = setup({ allowedAlgorithms: [...jwtAlgorithms, 'none', 'HS256'] })
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(await codeOf(`${encode({ alg: 'none' })}.${encode(claims)}.`)).toBe('ERR_TUNNEL_3416')
    expect(await codeOf(`${encode({ alg: 'none' })}.${encode(claims)}.AA`)).toBe('ERR_TUNNEL_3403')
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const signed = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(claims)}`
    const mac = createHmac('sha256', pem).update(signed).digest('base64url')
    expect(await codeOf(`${signed}.${mac}`)).toBe('ERR_TUNNEL_3403')
  })

  test('refuses an algorithm that is not allowed', async () => {
    expect(await setup({ allowedAlgorithms: ['RS256'] }).codeOf(await token())).toBe('ERR_TUNNEL_3403')
  })

  test('refuses extensions that must be understood', async () => {
    const { codeOf } = setup()
    const text = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 })
      .sign(pair.privateKey, { crit: { x: true } })
    expect(await codeOf(text)).toBe('ERR_TUNNEL_3403')
  })

  test('asks at+jwt for its type, and no other', async () => {
    const { codeOf } = setup({ tokens: [{ ...bearer, type: 'at+jwt' }] })
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3403')
    expect(await codeOf(await token({ header: { typ: 'at+jwt' } }))).toBeUndefined()
    expect(await codeOf(await token({ header: { typ: 'application/AT+JWT' } }))).toBeUndefined()
  })

  test.each(['RS256', 'RS512', 'PS384', 'ES384', 'ES512', 'EdDSA'])('passes %s', async (alg) => {
    const { server, codeOf } = setup()
    const by = await generateKeyPair(alg, { extractable: true })
    server.keys = [await exportJWK(by.publicKey)]
    expect(await codeOf(await token({ header: { alg }, by }))).toBeUndefined()
  })

  test.each([{ use: 'enc' }, { alg: 'ES384' }, { key_ops: ['sign'] }])('refuses a key with %j', async (changes) => {
    const { server, codeOf } = setup()
    server.keys = [{ ...jwk, ...changes }]
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3403')
  })

  test('reads no secret from a key set', async () => {
    const { server, codeOf } = setup()
    server.keys = [await exportJWK(pair.privateKey), { kty: 'oct', k: 'AAAA' }, null, 7]
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3403')
  })

  test('tries no more keys than the limit', async () => {
    const { server, codeOf } = setup()
    const strange = { ...(await exportJWK(other.publicKey)), kid: 'other' }
    server.keys = [...Array.from({ length: MAX_SIGNATURE_CHECKS }, () => strange), { ...jwk, kid: 'last' }]
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3403')
    server.keys = [...Array.from({ length: MAX_SIGNATURE_CHECKS }, () => strange), jwk]
    const fresh = setup()
    fresh.server.keys = server.keys
    expect(await fresh.codeOf(await token())).toBeUndefined()
  })
})

describe('a token that openssl signed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tunnel-jwt-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  test('passes', async () => {
    const key = join(directory, 'key.pem')
    const input = join(directory, 'input')
    execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' })
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
    writeFileSync(input, signed)
    const signature = execFileSync('openssl', ['dgst', '-sha256', '-sign', key, input]).toString('base64url')
    const { server, codeOf } = setup()
    server.keys = [createPublicKey(readFileSync(key)).export({ format: 'jwk' })]
    expect(await codeOf(`${signed}.${signature}`)).toBeUndefined()
  })
})

describe('key sets', () => {
  test('are fetched once for many tokens, also at the same time', async () => {
    const { server, codeOf } = setup()
    const text = await token()
    expect(await Promise.all([codeOf(text), codeOf(text), codeOf(text)])).toEqual([undefined, undefined, undefined])
    await codeOf(text)
    expect(server.asked).toBe(1)
  })

  test('are fetched again for a key that is not known, once in 30 s', async () => {
    const { clock, server, codeOf } = setup()
    await codeOf(await token())
    const rotated = await token({ by: other, header: { kid: 'two' } })
    expect(await codeOf(rotated)).toBe('ERR_TUNNEL_3403')
    expect(server.asked).toBe(1)
    server.keys = [jwk, { ...(await exportJWK(other.publicKey)), kid: 'two' }]
    clock.advance(30_000)
    expect(await codeOf(rotated)).toBeUndefined()
    for (let times = 0; times < 5; times++) await codeOf(await token({ by: other, header: { kid: `x${times}` } }))
    expect(server.asked).toBe(2)
  })

  test('are not fetched again for a wrong signature under a known name', async () => {
    const { clock, server, codeOf } = setup()
    await codeOf(await token())
    clock.advance(30_000)
    expect(await codeOf(await token({ by: other }))).toBe('ERR_TUNNEL_3403')
    expect(server.asked).toBe(1)
  })

  test('are fetched again after 15 min: a key that was taken away is refused then', async () => {
    const { clock, server, codeOf } = setup()
    const text = await token({ payload: { iss: claims.iss, aud: 'api' } })
    await codeOf(text)
    server.keys = []
    clock.advance(15 * 60_000 - 1)
    expect(await codeOf(text)).toBeUndefined()
    clock.advance(1)
    expect(await codeOf(text)).toBe('ERR_TUNNEL_3403')
  })

  test('are used on for an hour while their server fails, and then no more', async () => {
    const { clock, server, codeOf } = setup()
    const text = await token({ payload: { iss: claims.iss, aud: 'api' } })
    await codeOf(text)
    server.isDown = true
    clock.advance(75 * 60_000 - 1)
    expect(await codeOf(text)).toBeUndefined()
    clock.advance(1)
    expect(await codeOf(text)).toBe('ERR_TUNNEL_3422')
  })

  test('that cannot be had refuse every token, and are asked for again a second later', async () => {
    const { clock, server, codeOf } = setup()
    server.isDown = true
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3422')
    server.isDown = false
    expect(await codeOf(await token())).toBe('ERR_TUNNEL_3422')
    clock.advance(1000)
    expect(await codeOf(await token())).toBeUndefined()
  })

  test('are fetched by one at a time, however long it takes', async () => {
    const clock = new ManualClock(NOW * 1000)
    let asked = 0
    const jwks = createJwksCache(() => {
      asked++
      return new Promise(() => {})
    }, clock)
    const first = jwks.keys(URL, false)
    clock.advance(4000)
    const second = jwks.keys(URL, false)
    expect(asked).toBe(1)
    clock.advance(1000)
    expect(await Promise.all([first, second])).toEqual([undefined, undefined])
    expect(clock.pending).toBe(0)
  })

  test('leave no timer behind', async () => {
    const { clock, codeOf } = setup()
    await codeOf(await token())
    expect(clock.pending).toBe(0)
  })

  test('of several URLs are tried in order', async () => {
    const { server, codeOf } = setup({ jwksUrls: ['https://other.example/', URL] })
    expect(await codeOf(await token())).toBeUndefined()
    expect(server.asked).toBe(1)
  })

  test.each(['{}', '[]', 'null', '{"keys":{}}'])('that are %s refuse every token', async (text) => {
    const clock = new ManualClock(NOW * 1000)
    const answer = { status: 200, headers: [], body: Buffer.from(text), resolvedIp: '' }
    const jwks = createJwksCache(() => Promise.resolve(answer), clock)
    const request = { method: 'GET', headers: ['authorization', `Bearer ${await token()}`], body: undefined }
    expect((await validateJwts(config, request, { jwks, now: clock.now })).error?.code).toBe('ERR_TUNNEL_3422')
  })
})

describe('a token is looked for', () => {
  const inBody: TokenSource = { type: 'jwt', method: 'body', name: 'id_token', prefix: '' }
  const json = ['content-type', 'application/json; charset=utf-8']
  const form = ['content-type', 'application/x-www-form-urlencoded']

  test('in a JSON body and in a form, by a name in any case', async () => {
    const { validate } = setup({ tokens: [inBody] })
    const text = await token()
    for (const [headers, body] of [
      [json, JSON.stringify({ ID_Token: text })],
      [form, `a=1&id_token=${text}`],
    ] as const) {
      const { error, results } = await validate([...headers], { method: 'POST', body: Buffer.from(body) })
      expect(error).toBeUndefined()
      expect(results.tokens[0]).toMatchObject({ location: 'body', location_property: 'id_token' })
    }
  })

  test.each<[string, TokenSource, string[], Partial<TokenRequest>, string]>([
    ['a header that is missing', bearer, [], {}, 'ERR_TUNNEL_3408'],
    ['another prefix', bearer, ['authorization', 'Basic abc'], {}, 'ERR_TUNNEL_3413'],
    ['nothing after the prefix', { ...bearer, prefix: 'B' }, ['authorization', 'B'], {}, 'ERR_TUNNEL_3406'],
    ['no three parts', bearer, ['authorization', 'Bearer abc'], {}, 'ERR_TUNNEL_3416'],
    ['a method without a body', inBody, json, {}, 'ERR_TUNNEL_3415'],
    ['another type of body', inBody, ['content-type', 'text/plain'], { method: 'POST' }, 'ERR_TUNNEL_3414'],
    ['no JSON', inBody, json, { method: 'POST', body: Buffer.from('{') }, 'ERR_TUNNEL_3411'],
    ['JSON without the field', inBody, json, { method: 'POST', body: Buffer.from('{}') }, 'ERR_TUNNEL_3406'],
    [
      'JSON with another kind of value',
      inBody,
      json,
      { method: 'PUT', body: Buffer.from('{"id_token":1}') },
      'ERR_TUNNEL_3406',
    ],
    [
      'a body that is too long',
      inBody,
      json,
      { method: 'POST', body: Buffer.alloc(1024 * 1024 + 1, ' ') },
      'ERR_TUNNEL_3406',
    ],
    ['a form that is none', inBody, form, { method: 'PATCH', body: Buffer.from('id_token=%') }, 'ERR_TUNNEL_3412'],
    ['a form without the field', inBody, form, { method: 'POST', body: Buffer.from('a=b') }, 'ERR_TUNNEL_3406'],
  ])('%s', async (_, source, headers, part, code) => {
    const { error, results } = await setup({ tokens: [source] }).validate(headers, part)
    expect(error?.code).toBe(code)
    expect(results).toEqual({ tokens: [], error: { code, message: error?.message } })
  })

  test('all of them must be valid', async () => {
    const tokens = [bearer, { ...bearer, name: 'x-second', prefix: '' }]
    const { validate } = setup({ tokens })
    const good = await token()
    expect((await validate(['authorization', `Bearer ${good}`, 'x-second', good])).error).toBeUndefined()
    const { error, results } = await validate([
      'authorization',
      `Bearer ${good}`,
      'x-second',
      await token({ by: other }),
    ])
    expect(error?.code).toBe('ERR_TUNNEL_3403')
    expect(results.tokens.map(({ verified }) => verified)).toEqual([true, false])
  })

  test('none asked for is none valid', async () => {
    expect((await setup({ tokens: [] }).validate([])).error?.code).toBe('ERR_TUNNEL_3401')
  })
})

test('refuses whatever is not a token, and says nothing of it in the message', async () => {
  const { validate } = setup()
  const part = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.constantFrom('eyJhbGciOiJFUzI1NiJ9', 'bnVsbA', '__proto__'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      const { error } = await validate(['authorization', `Bearer ${parts.join('.')}`])
      expect(error?.status).toBeOneOf([401, 403])
      expect(error?.message).toMatch(/^[a-z0-9 +]+$/i)
    }),
  )
})
