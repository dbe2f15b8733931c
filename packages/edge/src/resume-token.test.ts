import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ResumeTokens } from './resume-token.ts'

const claims = { of: 'session', sessionId: 'ts_1', credentialId: 'cr_1' } as const

test('proves what it signed, also after a restart with the same key', () => {
  const key = randomBytes(32)
  const token = new ResumeTokens(key).sign(claims)
  expect(new ResumeTokens(key).verify(token)).toEqual(claims)
})

test.each([
  ['another key', (token: string) => token, new ResumeTokens(randomBytes(32))],
  ['a changed body', (token: string) => `A${token.slice(1)}`, undefined],
  ['a changed signature', (token: string) => `${token.slice(0, -2)}AA`, undefined],
  ['a cut signature', (token: string) => token.slice(0, -4), undefined],
  ['no signature', (token: string) => token.split('.')[0] as string, undefined],
  ['nothing', () => '', undefined],
])('refuses %s', (_what, change, other) => {
  const tokens = new ResumeTokens(Buffer.alloc(32, 7))
  expect((other ?? tokens).verify(change(tokens.sign(claims)))).toBeUndefined()
})

test('insists on a key of 32 bytes', () => {
  expect(() => new ResumeTokens(randomBytes(31))).toThrow('31 bytes is shorter than 32')
})
