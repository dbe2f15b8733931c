import { expect, test } from 'vitest'
import { timingSegments } from './timing-segments.ts'
import { visitorUrl } from './visitor-url.ts'

test('says what took how long', () => {
  const timings = { queueMs: 2, connectMs: 3, requestEndMs: 1, firstByteMs: 20, totalMs: 26 }
  expect(timingSegments(timings)).toEqual([
    { name: 'Waiting for a connection', startMs: 0, endMs: 2 },
    { name: 'Connecting', startMs: 2, endMs: 5 },
    { name: 'Request', startMs: 0, endMs: 1 },
    { name: 'Upstream', startMs: 5, endMs: 20 },
    { name: 'Response', startMs: 20, endMs: 26 },
  ])
})

test('says nothing of what is not known', () => {
  const nothing = { queueMs: null, connectMs: null, requestEndMs: null, firstByteMs: null, totalMs: null }
  expect(timingSegments(nothing)).toEqual([])
  expect(timingSegments({ ...nothing, connectMs: 0, firstByteMs: 4 })).toEqual([
    { name: 'Upstream', startMs: 0, endMs: 4 },
  ])
})

test('knows the address that a visitor asked for', () => {
  expect(visitorUrl({ url: 'https://*.example.com', host: 'a.example.com:8443', path: '/x?y=1' })).toBe(
    'https://a.example.com:8443/x?y=1',
  )
  expect(visitorUrl({ url: 'http://a.localhost:8080', host: '', path: '*' })).toBe('http://a.localhost:8080/')
  expect(visitorUrl({ url: 'https://a', host: 'a', path: 'http://b/c' })).toBe('http://b/c')
  expect(visitorUrl({ url: '', host: 'a b', path: '/c' })).toBe('https://localhost/c')
})
