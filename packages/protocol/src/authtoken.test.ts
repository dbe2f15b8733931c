import { expect, test } from 'vitest'
import { isAuthtoken, redactAuthtoken } from './index.ts'

const authtoken = `${'a'.repeat(27)}_${'b'.repeat(21)}`

test('knows the shape of an authtoken', () => {
  expect(isAuthtoken(authtoken)).toBe(true)
  for (const text of [
    '',
    `${authtoken}\n`,
    ` ${authtoken}`,
    authtoken.replace('_', '-'),
    authtoken.slice(1),
    `${authtoken}b`,
  ]) {
    expect(isAuthtoken(text)).toBe(false)
  }
})

test('shows four characters of a token', () => {
  expect(redactAuthtoken(authtoken)).toBe('aaaa…')
})
