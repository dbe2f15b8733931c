import { expect, test } from 'vitest'
import { assertHeaderName, assertHeaderValue, validateHeader } from './index.ts'

test.each(['', 'a b', 'a:', 'é', 'a\r', '\0', 'ā'])('refuses the name %j', (name) => {
  expect(() => assertHeaderName(name)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADER_NAME' }))
})

test.each(['a\rb', 'a\nb', 'a\0', '\x7f', 'ā'])('refuses the value %j', (value) => {
  expect(() => assertHeaderValue(value)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADER_VALUE' }))
})

test.each([
  ['X-Token!', 'any \t value \xe9'],
  ['x', ''],
])('takes %j: %j', (name, value) => {
  expect(() => validateHeader(name, value)).not.toThrow()
})
