import { expect, test, vi } from 'vitest'
import { assertKnownOptions, withoutDots } from './known-options.ts'

test('takes what is supported', () => {
  assertKnownOptions({ addr: 8080, url: 'https://a.example', connect: 'tunnel://edge', onStatusChange: () => {} })
})

test('reads the older spelling of an option', () => {
  const config = { 'oauth.provider': 'google', addr: 80 }
  expect(withoutDots(config)).toEqual({ oauth_provider: 'google', addr: 80 })
  const plain = { addr: 80 }
  expect(withoutDots(plain)).toBe(plain)
})

test.each([
  ['adr', ': did you mean addr?'],
  ['metdata', ': did you mean metadata?'],
  ['dial_timeout', ': did you mean dial_timeout_ms?'],
  ['dance', ''],
  ['__proto__x', ''],
  ['toString', ''],
])('does not know %s%s', (name, hint) => {
  expect(() => assertKnownOptions({ [name]: 1 })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_301', message: `option ${name} is unknown${hint}` }),
  )
})

test('never repeats the value of an option', () => {
  expect(() => assertKnownOptions({ pasword: 'hunter2' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  )
})

test('warns once of an option that has no effect', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  assertKnownOptions({ subdomain: 'x', web_addr: '127.0.0.1:4040' })
  assertKnownOptions({ subdomain: 'y' })
  const warnings = warn.mock.calls.map(([message]) => message)
  warn.mockRestore()
  expect(warnings).toEqual(['option subdomain has no effect', 'option web_addr has no effect'])
})
