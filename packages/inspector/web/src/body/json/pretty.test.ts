import { describe, expect, test } from 'vitest'
import type { Pretty } from '../lines.ts'
import { prettyJson } from './pretty.ts'

const shown = ({ lines }: Pretty): string =>
  lines.map((line) => '  '.repeat(line.depth) + line.spans.map((span) => span.text).join('')).join('\n')

const wrongPart = ({ lines }: Pretty): string | undefined =>
  lines.flatMap((line) => line.spans).find((span) => span.wrong)?.text

test('lays out JSON as JSON.stringify does', () => {
  const value = { a: [1, -2.5e10, { b: null }], 'c d': 'x"\\\u00e9', e: [], f: {}, g: [[true], false] }
  expect(shown(prettyJson(JSON.stringify(value)))).toBe(JSON.stringify(value, null, 2))
})

test('keeps the digits that a number has', () => {
  expect(shown(prettyJson('[12345678901234567890, 1.0, 1E2]'))).toBe('[\n  12345678901234567890,\n  1.0,\n  1E2\n]')
})

test('marks the string that follows a missing comma, as the manual shows', () => {
  const text = '{"currency": "usd", "refunded": false, "fee": 45\n  "fee_details": [{"amount": 45}]}'
  const pretty = prettyJson(text)
  expect(pretty.problem).toEqual({
    message: `invalid character '"' after object key:value pair`,
    offset: text.indexOf('"fee_details"'),
    line: 2,
    column: 3,
  })
  expect(wrongPart(pretty)).toBe('"fee_details"')
  expect(shown(pretty)).toContain('  "fee": 45\n  "fee_details": [\n    {\n      "amount": 45\n    }\n  ]\n}')
})

describe('says what is wrong with', () => {
  const cases: [text: string, message: string, offset: number][] = [
    ['', 'unexpected end of JSON input', 0],
    ['{', 'unexpected end of JSON input', 1],
    ['{"a":1', 'unexpected end of JSON input', 6],
    ['"abc', 'unexpected end of JSON input', 4],
    ['"abc\\', 'unexpected end of JSON input', 5],
    ['{a:1}', `invalid character 'a' looking for beginning of object key string`, 1],
    ['{"a":1,}', `invalid character '}' looking for beginning of object key string`, 7],
    ['[1,]', `invalid character ']' looking for beginning of value`, 3],
    ['[1 2]', `invalid character '2' after array element`, 3],
    ['{"a" 1}', `invalid character '1' after object key`, 5],
    ['{"a":}', `invalid character '}' looking for beginning of value`, 5],
    ['{"a":1]', `invalid character ']' after object key:value pair`, 6],
    ['1 2', `invalid character '2' after top-level value`, 2],
    ['[tru]', `invalid character ']' in literal true (expecting 'e')`, 4],
    ['[nil]', `invalid character 'i' in literal null (expecting 'u')`, 2],
    ['[truest]', `invalid character 's' after array element`, 5],
    ['[12abc]', `invalid character 'a' after array element`, 3],
    ['[-]', `invalid character ']' in numeric literal`, 2],
    ['[01]', `invalid character '1' after array element`, 2],
    ['[1.]', `invalid character ']' in numeric literal`, 3],
    ["['x']", `invalid character '\\'' looking for beginning of value`, 1],
    ['["a\nb"]', `invalid character '\\n' in string literal`, 3],
    ['["\\x"]', `invalid character 'x' in string escape code`, 3],
    ['["\\u12g4"]', `invalid character 'u' in string escape code`, 3],
    ['\ufeff1', `invalid character '\ufeff' looking for beginning of value`, 0],
    ['<html>', `invalid character '<' looking for beginning of value`, 0],
  ]
  for (const [text, message, offset] of cases) {
    test(JSON.stringify(text), () => {
      expect(prettyJson(text).problem).toMatchObject({ message, offset })
    })
  }
})

test('agrees with JSON.parse about what is JSON, whatever is done to a text', () => {
  const text = '{"a":[1,2.5,{"b":null,"c":"\\u00e9\\n"}],"d":true,"e":-0.1e-3}'
  for (let at = 0; at < text.length; at++) {
    for (const damage of ['', '"', '}', ',', '0', ' ', 'x', '\\', '\n']) {
      const damaged = text.slice(0, at) + damage + text.slice(at + 1)
      expect([damaged, prettyJson(damaged).problem === undefined]).toEqual([damaged, parses(damaged)])
    }
  }
})

test('loses no token of a broken text', () => {
  const text = '{]"a" 1 , , "b\n c } tru 1.2.3 \\'
  const kept = shown(prettyJson(text)).replace(/\s/g, '')
  expect(kept).toBe(text.replace(/\s/g, ''))
})

test('goes as deep as a text does', () => {
  const deep = '['.repeat(100_000)
  expect(prettyJson(deep).problem?.message).toBe('unexpected end of JSON input')
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
