import { describe, expect, test } from 'vitest'
import { directoryPath, requestPath } from './request-path.ts'

test.each([
  ['/', [], true],
  ['/a', ['a'], false],
  ['/a/', ['a'], true],
  ['//a//b', ['a', 'b'], false],
  ['/./a/.', ['a'], true],
  ['/a/%2e', ['a'], true],
  ['/a%20b/%C3%BC', ['a b', 'ü'], false],
  ['/a?x=/../b', ['a'], false],
  ['/a#/..', ['a'], false],
  ['/...', ['...'], false],
  ['/.well-known/x', ['.well-known', 'x'], false],
  ['/100%25', ['100%'], false],
  ['/%252e%252e', ['%2e%2e'], false],
  ['/a\\b', ['a\\b'], false],
])('%j leads to %j', (target, names, endsInSlash) => {
  expect(requestPath(target, '/')).toEqual({ names, endsInSlash })
})

describe.each(['/', '\\'] as const)('with %j between names', (separator) => {
  test.each([
    '',
    '*',
    'http://a/b',
    '/..',
    '/../etc/passwd',
    '/a/../../etc',
    '/%2e%2e/etc',
    '/.%2E/etc',
    '/a%2fb',
    '/..%2fetc',
    '/a%00.html',
    '/%',
    '/%ff',
    '/%c0%ae%c0%ae/etc',
    '/%zz',
  ])('%j leads nowhere', (target) => {
    expect(requestPath(target, separator)).toBeUndefined()
  })
})

test.each(['/..\\x', '/..%5cx', '/C:', '/c%3a/x', '/a.txt::$DATA', '/.. /x', '/..%20', '/a.', '/.../x'])(
  '%j leads nowhere on Windows',
  (target) => {
    expect(requestPath(target, '\\')).toBeUndefined()
  },
)

test('the path of a directory stays on this host, whatever its name', () => {
  expect(directoryPath([])).toBe('/')
  expect(directoryPath(['example.org'])).toBe('/example.org/')
  expect(directoryPath(['a b', '\\x?#'])).toBe('/a%20b/%5Cx%3F%23/')
})
