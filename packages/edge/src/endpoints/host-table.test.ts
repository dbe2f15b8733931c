import { expect, test } from 'vitest'
import { HostTable } from './host-table.ts'

const table = new HostTable<string>()
for (const host of ['app.example.com', '*.example.com', '*.deep.example.com']) table.set(host, host)

test.each([
  ['app.example.com', 'app.example.com'],
  ['other.example.com', '*.example.com'],
  ['a.b.c.example.com', '*.example.com'],
  ['x.deep.example.com', '*.deep.example.com'],
  ['deep.example.com', '*.example.com'],
  ['example.com', undefined],
  ['example.org', undefined],
  ['notexample.com', undefined],
  ['', undefined],
])('%s is served by %s', (host, expected) => {
  expect(table.match(host)).toBe(expected)
})

test('gives way to the wildcard when the exact name goes', () => {
  const own = new HostTable<string>()
  own.set('a.example.com', 'exact')
  own.set('*.example.com', 'wildcard')
  expect(own.size).toBe(2)
  own.delete('a.example.com')
  expect(own.match('a.example.com')).toBe('wildcard')
  own.delete('*.example.com')
  expect(own.match('a.example.com')).toBeUndefined()
})
