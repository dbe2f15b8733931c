import { describe, expect, test } from 'vitest'
import type { CaptureSummary } from '../contract.ts'
import { filterFields, matchesFilter, needsWholeCapture, parseFilter } from '../filter.ts'

const summary: CaptureSummary = {
  id: '673f2a1000000001',
  uri: '/api/captures/673f2a1000000001',
  kind: 'http',
  state: 'complete',
  endpoint: 'command_line',
  url: 'https://shop.example.com',
  remoteAddress: '192.0.2.7',
  protocol: 'HTTP/1.1',
  method: 'POST',
  path: '/api/orders?id=42',
  host: 'shop.example.com',
  status: 502,
  reason: 'Bad Gateway',
  grpcStatus: null,
  contentType: 'application/json',
  startedAt: '2026-11-21T10:00:00.000Z',
  durationMs: 750.5,
  firstByteMs: 700,
  requestBytes: 2_000,
  responseBytes: 20_000,
  messageCount: 0,
  failure: null,
  replayOf: null,
  pinned: true,
  truncated: false,
  imported: false,
  note: '',
}
const headers: Record<string, string[]> = { 'x-shop': ['Acme'], accept: ['text/html', 'application/json'] }

function matches(text: string): boolean {
  const parsed = parseFilter(text)
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.message}`)
  return matchesFilter(parsed.filter, {
    summary,
    headerValues: (name) => headers[name] ?? [],
    containsText: (words) => 'body with order 42 inside'.includes(words),
  })
}

function problem(text: string) {
  const parsed = parseFilter(text)
  return 'problem' in parsed ? parsed.problem : undefined
}

describe('lets through what it says', () => {
  test.each([
    [''],
    ['   '],
    ['path:/api'],
    ['path:/API'],
    ['path:/api/*'],
    ['path=/api/orders?id=42'],
    ['-path:/health'],
    ['!path:/health'],
    ['path!=/health'],
    ['status:5xx'],
    ['status:502'],
    ['status:500..599'],
    ['status:404,502'],
    ['status>=500 status<600'],
    ['status>4xx'],
    ['-status:2xx,3xx'],
    ['size>10kb size<=20kb'],
    ['size:1kib..1mib'],
    ['request-size:..2kb'],
    ['duration>500ms duration<1s'],
    ['duration:0.5s..1m'],
    ['method:get,post'],
    ['header.x-shop:acme'],
    ['headers.Accept=application/json'],
    ['header.x-shop:*'],
    ['-header.x-none:*'],
    ['kind:http host:shop endpoint:command_line type:json ip:192.0.2.7'],
    ['is:pinned -is:failed'],
    ['is:open,pinned'],
    ['gateway'],
    ['"order 42"'],
    ['text:"order 42"'],
    ['-"order 43"'],
    ['Path !match favicon'],
    ['StatusCode match 50'],
    ['Path !match favicon StatusCode !match 20'],
    ['Headers.X-Shop match ac'],
    ['ResponseSize > 10kb'],
    ['messages:0'],
    ['path:"orders?id=42"'],
  ])('%s', (text) => expect(matches(text)).toBe(true))
})

describe('holds back what it does not', () => {
  test.each([
    ['path:/health'],
    ['path:orders*'],
    ['status:4xx'],
    ['-status:5xx'],
    ['status>502'],
    ['status<502'],
    ['size>20kb'],
    ['duration>751'],
    ['method:get'],
    ['header.x-shop:other'],
    ['header.x-none:*'],
    ['is:failed'],
    ['-is:pinned'],
    ['nowhere'],
    ['StatusCode !match 50'],
    ['status:5xx path:/health'],
    ['header.x-shop="Ac*e"'],
  ])('%s', (text) => expect(matches(text)).toBe(false))
})

test('a capture without a status matches no number, and every negated one', () => {
  const open = { summary: { ...summary, status: null, durationMs: null } }
  const check = (text: string) => {
    const parsed = parseFilter(text)
    return 'filter' in parsed && matchesFilter(parsed.filter, open)
  }
  expect(check('status:5xx')).toBe(false)
  expect(check('-status:5xx')).toBe(true)
  expect(check('duration<10h')).toBe(false)
})

describe('says what is wrong, and where', () => {
  test.each([
    ['status:20', 'expected a status such as 404, 5xx or 200..299', 7, 9],
    ['path:/x duration>soon', 'expected a duration such as 500ms, 1.5s or 1s..2m', 17, 21],
    ['size:2mb..1mb', 'expected a size such as 512, 10kb or 1mb..2mb', 5, 13],
    ['colour:red', 'unknown field "colour"', 0, 6],
    ['is:nice', 'expected one of open, failed, pinned, replay, truncated, imported', 3, 7],
    ['path>3', '"\u003e" compares numbers, and path is text', 5, 6],
    ['path:', 'a value is missing after "path"', 0, 5],
    ['path:,', 'a value is missing after "path"', 0, 6],
    ['path:"open', 'the quote is not closed', 5, 10],
    ['"open', 'the quote is not closed', 0, 5],
  ])('%s', (text, message, start, end) => expect(problem(text)).toEqual({ message, start, end }))

  test('more than 4096 characters', () => {
    expect(problem('x'.repeat(4097))?.message).toBe('filter of 4097 characters exceeds 4096')
  })

  test('more than 32 terms', () => {
    expect(problem('a '.repeat(33))?.message).toBe('more than 32 terms')
  })
})

test('knows whether summaries are enough for it', () => {
  const needs = (text: string) => {
    const parsed = parseFilter(text)
    return 'filter' in parsed && needsWholeCapture(parsed.filter)
  }
  expect(needs('status:5xx path:/a')).toBe(false)
  expect(needs('header.a:b')).toBe(true)
  expect(needs('word')).toBe(true)
})

test('every example of a field is a filter', () => {
  expect(filterFields.map(({ example }) => problem(example))).toEqual(filterFields.map(() => undefined))
})

test('any text is a filter or has a problem within it', () => {
  const pieces = [
    'path',
    'status',
    'x',
    ':',
    '=',
    '<',
    '>=',
    '!',
    '-',
    '"',
    '\\',
    '.',
    '*',
    ',',
    ' ',
    '25',
    'xx',
    'match',
    '..',
  ]
  let state = 7
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  for (let round = 0; round < 5_000; round++) {
    const text = Array.from({ length: next(9) }, () => pieces[next(pieces.length)]).join('')
    const parsed = parseFilter(text)
    const places = 'problem' in parsed ? [parsed.problem] : parsed.filter.terms
    for (const { start, end } of places) {
      expect(start >= 0 && end >= start && end <= text.length, text).toBe(true)
    }
  }
})
