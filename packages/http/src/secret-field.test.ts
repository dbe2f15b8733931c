import { expect, test } from 'vitest'
import { isSecretField } from './secret-field.ts'

test.each([
  ['Authorization', true],
  ['set-cookie', true],
  ['X-Amz-Security-Token', true],
  ['X-Request-Id', false],
  ['constructor', false],
])('%s is secret: %s', (name, expected) => {
  expect(isSecretField(name)).toBe(expected)
})
