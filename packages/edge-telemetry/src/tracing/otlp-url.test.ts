import { expect, test } from 'vitest'
import { tracesUrl } from './otlp-url.ts'

test.each([
  ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
  ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
  ['https://collector.example/otlp/', 'https://collector.example/otlp/v1/traces'],
  ['https://collector.example/v1/traces', 'https://collector.example/v1/traces'],
  ['https://collector.example/in?key=1', 'https://collector.example/in/v1/traces?key=1'],
])('%s leads to %s', (endpoint, url) => {
  expect(tracesUrl(endpoint)).toBe(url)
})
