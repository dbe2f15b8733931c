import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { basicAuth, compileBasicAuth } from './basic-auth.ts'
import { assertBasicCredential, credentialFromPair, splitCredentialTemplate } from './basic-credential.ts'

const auth = compileBasicAuth({
  credentials: [
    { username: 'ann', password: 'correct:horse' },
    { username: 'zoë', password: 'battery staple' },
  ],
  realm: 'the "team"',
  enforce: true,
})

function header(pair: string, scheme = 'Basic', encoding: 'utf8' | 'latin1' = 'utf8'): string[] {
  return ['Authorization', `${scheme} ${Buffer.from(pair, encoding).toString('base64')}`]
}

test.each([
  ['a pair', header('ann:correct:horse')],
  ['another pair, in UTF-8', header('zoë:battery staple')],
  ['a pair in latin1', header('zoë:battery staple', 'Basic', 'latin1')],
  ['the scheme in any case', header('ann:correct:horse', 'bAsIc')],
])('lets %s in', (_, headers) => {
  const { reject, headers: challenge, results } = basicAuth(auth, headers)
  expect({ reject, challenge }).toEqual({ reject: false, challenge: [] })
  expect(results.credentials).toMatchObject({ presented: true, authorized: true })
})

test.each([
  ['no header', [], false],
  ['another scheme', ['authorization', 'Bearer abc'], false],
  ['what is not base64', ['authorization', 'Basic !!'], false],
  ['no colon', header('annbattery staple'), false],
  ['a wrong password', header('ann:correct:horsf'), true],
  ["another one's password", header('ann:battery staple'), true],
  ['an empty password', header('ann:'), true],
])('refuses %s', (_, headers, presented) => {
  const { reject, headers: challenge, results } = basicAuth(auth, headers)
  expect(reject).toBe(true)
  expect(challenge).toEqual(['www-authenticate', 'Basic realm="the \\"team\\"", charset="UTF-8"'])
  expect(results.credentials).toMatchObject({ presented, authorized: false })
})

test('tells who it was, and lets all in where it is not enforced', () => {
  const { reject, results } = basicAuth({ ...auth, enforce: false }, header('eve:x'))
  expect(reject).toBe(false)
  expect(results.credentials).toEqual({ presented: true, username: 'eve', authorized: false })
})

test('lets no one in by what a stranger makes up', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (value) => {
      expect(basicAuth(auth, ['authorization', value]).reject).toBe(true)
      expect(basicAuth(auth, ['authorization', `Basic ${value}`]).reject).toBe(true)
    }),
  )
})

describe('a credential', () => {
  const user = { expression: 'user' }
  const pass = { expression: 'pass' }

  test('is cut at its first literal colon', () => {
    expect(splitCredentialTemplate(['ann:a:b'])).toEqual({ kind: 'pair', username: ['ann'], password: ['a:b'] })
    expect(splitCredentialTemplate([user, ':literal'])).toEqual({
      kind: 'pair',
      username: [user],
      password: ['literal'],
    })
    expect(splitCredentialTemplate(['literal:', pass])).toEqual({
      kind: 'pair',
      username: ['literal'],
      password: [pass],
    })
    expect(splitCredentialTemplate([user, ':', pass])).toEqual({ kind: 'pair', username: [user], password: [pass] })
    expect(splitCredentialTemplate(['pre', user, ':pw'])).toMatchObject({ username: ['pre', user], password: ['pw'] })
  })

  test('can be one expression, which is cut when it is known', () => {
    expect(splitCredentialTemplate([user])).toEqual({ kind: 'whole', pair: [user] })
    expect(credentialFromPair('a:b:c')).toEqual({ username: 'a', password: 'b:c' })
  })

  test('needs a colon otherwise', () => {
    for (const parts of [[user, 'pw'], ['u', user], ['user'], []])
      expect(() => splitCredentialTemplate(parts)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2257' }))
  })

  test.each([
    ['', 'longenough', 'ERR_TUNNEL_2257'],
    ['a'.repeat(129), 'longenough', 'ERR_TUNNEL_2257'],
    ['a:b', 'longenough', 'ERR_TUNNEL_2257'],
    ['a\u0007', 'longenough', 'ERR_TUNNEL_2257'],
    ['a', 'short', 'ERR_TUNNEL_2258'],
    ['a', 'x'.repeat(129), 'ERR_TUNNEL_2258'],
    ['a', 'long\nenough', 'ERR_TUNNEL_2258'],
  ])('%j with %j is refused', (username, password, code) => {
    expect(() => assertBasicCredential({ username, password })).toThrow(expect.objectContaining({ code }))
  })

  test('is not in the message that refuses it', () => {
    expect(() => assertBasicCredential({ username: 'a', password: 's3cret' })).toThrow(
      /^password of 6 characters is not 8 to 128$/,
    )
  })
})
