// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, it } from 'vitest'
import { evaluate, plain, request, requestWith, responseHead } from './evaluation.ts'
import { functionExamples } from './function-examples.ts'

const ports = { secret: (vault: string, name: string) => `${vault}/${name}` }

it.each(functionExamples)('%s', (expression, result) => {
  expect(plain(evaluate(expression, { ports }))).toEqual(result)
})

describe('of a request', () => {
  const world = {
    request: request({
      target: '/search?q=a%20b&q=c&empty',
      headers: ['Host', 'app.example.com', 'X-Version-Id', '1', 'x-version-id', '2', 'Cookie', 'a=1; b="two"; a=3'],
    }),
  }

  it.each([
    ["hasReqHeader('X-VERSION-ID')", true],
    ["hasReqHeader('x-version')", false],
    ["getReqHeader('X-Version-Id')", ['1', '2']],
    ["getReqHeader('x-none')", []],
    ["getReqHeader('x-none')[0]", ''],
    ["hasReqCookie('a')", true],
    ["hasReqCookie('A')", false],
    ["getReqCookie('a').value", '1'],
    ["getReqCookie('b').value", 'two'],
    ["getReqCookie('b').secure", false],
    ["getReqCookie('none')", null],
    ["hasQueryParam('empty')", true],
    ["hasQueryParam('none')", false],
    ["getQueryParam('q')", ['a b', 'c']],
    ["getQueryParam('empty')", ['']],
    ["getQueryParam('none')", []],
  ])('%s', (expression, result) => {
    expect(plain(evaluate(expression, world))).toEqual(result)
  })
})

describe('of a response', () => {
  const setCookies = [
    'Set-Cookie',
    'sid=short; Path=/',
    'Set-Cookie',
    'sid=long; Path=/app; Secure; HttpOnly; Max-Age=90; Weird=1',
  ]
  const world = {
    phase: 'on_http_response' as const,
    response: { head: responseHead({ headers: ['Content-Type', 'text/html', ...setCookies] }) },
  }

  it.each([
    ["hasResHeader('content-type')", true],
    ["getResHeader('Content-Type')", ['text/html']],
    ["hasResCookie('sid')", true],
    ["getResCookie('sid').value", 'long'],
    ["getResCookie('sid').http_only && getResCookie('sid').secure", true],
    ["string(getResCookie('sid').max_age)", '90s'],
    ["getResCookie('sid').unparsed_attributes", { Weird: '1' }],
    ["getResCookie('none') == null", true],
    ["hasReqHeader('host')", true],
  ])('%s', (expression, result) => {
    expect(plain(evaluate(expression, world))).toEqual(result)
  })
})

it.each([
  ["base64.decode('aGVsbG8')", 'text is not base64'],
  ["json.decode('not json')", 'text is not JSON'],
  ["url.unescape('%zz')", 'escapes nothing'],
  ["hash.md5('a', 'octal')", 'hex or base64'],
  ["'hello'.charAt(6)", 'outside the text of 5'],
  ["'hello'.charAt(-1)", 'outside the text of 5'],
  ["'hello'.substring(3, 2)", 'before its start'],
  ["'hello'.lastIndexOf('l', 9)", 'outside the text'],
  ['[1, 2].slice(1, 3)', 'outside the list of 2'],
  ['[1].flatten(-1)', '0 or more'],
  ["[1, 'a'].sort()", 'have no order'],
  ['[[1], [2]].sort()', 'have no order'],
  ["[1, 'a'].join()", 'list of strings'],
  ['rand.int(3, 2)', 'maximum not below'],
  ["secrets.get('none')", 'there is no secret "default/none"'],
  ["timestamp('2023-02-31T00:00:00Z')", 'not a timestamp'],
  ["timestamp('yesterday')", 'not a timestamp'],
  ["duration('soon')", 'not a duration'],
  ["timestamp('2023-12-25T00:00:00Z').getDate('Mars/Base')", 'not a time zone'],
  ["'%d'.format(['x'])", '%d takes an int'],
  ["'%s %s'.format(['x'])", 'no value for %s'],
  ["getReqHeader('x')[0].matches(getReqHeader('x')[0] + '[')", 'not a regular expression'],
])('%s fails', (expression, message) => {
  expect(() => evaluate(expression, { request: requestWith('X-Other', '1') })).toThrow(message)
})
