import { expect, test } from 'vitest'
import { requestOf, shownLocation } from './http-location.ts'

test('user and password become a header', () => {
  expect(requestOf('https://me%40home:p%3Aw@list.example/a?b=c')).toEqual({
    url: 'https://list.example/a?b=c',
    headers: { authorization: `Basic ${Buffer.from('me@home:p:w').toString('base64')}` },
  })
  expect(requestOf('https://list.example/a')).toEqual({ url: 'https://list.example/a', headers: {} })
})

test.each([
  ['https://me:hunter2@list.example/a?key=hunter2', 'https://list.example/a'],
  ['/etc/edge.crl', '/etc/edge.crl'],
  ['C:\\what?.crl', 'C:\\what?.crl'],
])('shows %s as %s', (location, shown) => {
  expect(shownLocation(location)).toBe(shown)
})
