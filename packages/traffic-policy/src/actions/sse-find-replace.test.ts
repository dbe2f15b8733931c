import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRegex } from './regex.ts'
import { createSseFindReplace, type SseReplacement } from './sse-find-replace.ts'

type Rule = [from: string, to: string, field?: SseReplacement['field']]

function filterOf(rules: Rule[], options = {}) {
  const replacements = rules.map(([from, to, field = 'data']) => ({ field, from: compileRegex(from), to }) as const)
  return createSseFindReplace(() => replacements, options)
}

function replaced(stream: string | Buffer, rules: Rule[], cuts: number[] = []): string {
  const filter = filterOf(rules)
  const bytes = Buffer.from(stream)
  const out: Buffer[] = []
  let from = 0
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((one, other) => one - other), bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(from, cut))
    out.push(filter.write(chunk))
    chunk.fill(0)
    from = cut
  }
  out.push(filter.end())
  return Buffer.concat(out).toString()
}

describe('replaces', () => {
  test.each<[string, Rule[], string]>([
    ['data: secret\n\n', [['secret', '***']], 'data: ***\n\n'],
    ['id: 1\ndata:secret\nevent: x\n\n', [['secret', '***']], 'id: 1\ndata: ***\nevent: x\n\n'],
    ['data: a\r\n\r\ndata: b\r\n\r\n', [['[ab]', 'x']], 'data: x\r\n\r\ndata: x\r\n\r\n'],
    ['data: a\rid: 1\r\rdata: a\r\r', [['a', 'x']], 'data: x\rid: 1\r\rdata: x\r\r'],
    ['id: 1\rdata: a\r\rdata: a\r\n\r\n', [['a', 'x']], 'id: 1\rdata: x\r\rdata: x\r\n\r\n'],
    ['data: one\nid: 1\ndata: two\n\n', [['e\nt', 'e, t']], 'data: one, two\nid: 1\n\n'],
    ['data: a b\n\n', [[' ', '\n']], 'data: a\ndata: b\n\n'],
    ['data: a\n\n', [['a', '']], 'data:\n\n'],
    ['retry: 1000\n\n', [['1000', '5000', 'retry']], 'retry: 5000\n\n'],
    [
      'data: a\n\n',
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      'data: c\n\n',
    ],
    ['data\n\n', [['^$', 'empty']], 'data: empty\n\n'],
  ])('%j by %j', (stream, rules, expected) => {
    expect(replaced(stream, rules)).toBe(expected)
  })
})

test('leaves all else as it came: other fields, comments, odd spacing, what has not ended', () => {
  const stream = ':secret\nevent:secret\n\ndata:  x\nother\n\n\n\ndata: y\n\ndata: secret'
  expect(replaced(stream, [['secret', '***']])).toBe(stream)
})

test('gives a message with the chunk that completes it', () => {
  const filter = filterOf([['a', 'x']])
  expect(filter.write(Buffer.from('data: a\n')).toString()).toBe('')
  expect(filter.write(Buffer.from('\ndata')).toString()).toBe('data: x\n\n')
  expect(filter.write(Buffer.from(': a\r\n\r')).toString()).toBe('')
  expect(filter.write(Buffer.from('\n')).toString()).toBe('data: x\r\n\r\n')
})

test('gives a message of bare CRs without waiting for the next one', () => {
  const filter = filterOf([['a', 'x']])
  expect(filter.write(Buffer.from('data: a\r')).toString()).toBe('')
  expect(filter.write(Buffer.from('\r')).toString()).toBe('data: x\r\r')
})

test('tells what matched, up to a limit', () => {
  const filter = filterOf([
    ['a', 'x'],
    ['b', 'y'],
  ])
  for (let count = 0; count < 200; count++) filter.write(Buffer.from('data: ab\n\n'))
  expect(filter.results.replacements).toHaveLength(100)
  expect(filter.results.replacements.slice(0, 2)).toEqual([
    { replacement_index: 0, matched_content: 'a' },
    { replacement_index: 1, matched_content: 'b' },
  ])
})

test('refuses a message beyond the limit, as it comes and as it is made', () => {
  const long = filterOf([['a', 'x']], { maxMessageBytes: 20 })
  expect(() => long.write(Buffer.from(`data: ${'a'.repeat(20)}`))).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_3903' }),
  )
  const longer = filterOf([['a', 'x'.repeat(30)]], { maxMessageBytes: 20 })
  expect(() => longer.write(Buffer.from('data: a\n\n'))).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3904' }))
})

test('refuses a line break in retry', () => {
  expect(() => replaced('retry: 1\n\n', [['1', '1\ndata: x', 'retry']])).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_3904' }),
  )
})

const streams = fc
  .array(
    fc.constantFrom('data: a', 'data:b', 'data', ':c', 'id: 1', 'é', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\r\r'),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

test('is the same however the stream is cut', () => {
  const rules = fc.array(
    fc.tuple(fc.constantFrom('a', '^', 'b$', '.', '(?s).+'), fc.constantFrom('', 'x', 'x\ny', '<$0>')),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(streams, rules, fc.array(fc.nat(), { maxLength: 8 }), (stream, list, cuts) => {
      expect(replaced(stream, list, cuts)).toBe(replaced(stream, list))
    }),
    { numRuns: 500 },
  )
})

test('changes no byte where nothing matches', () => {
  fc.assert(
    fc.property(fc.oneof(streams, fc.string()), fc.array(fc.nat(), { maxLength: 8 }), (stream, cuts) => {
      expect(replaced(stream, [['never \\d{9}', 'x']], cuts)).toBe(Buffer.from(stream).toString())
    }),
  )
})
