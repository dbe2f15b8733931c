import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { transcript } from '../examples/decode.ts'
import { defaultHttpLimits, HttpError, httpErrorCodes } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const rows = readme.split('\n').filter((line) => line.startsWith('| `'))

describe('the README', () => {
  test('lists each error code once with its status, and nothing else', () => {
    const listed = rows.flatMap((row) =>
      [...row.matchAll(/^\| `(ERR_HTTP_\w+)` +\| (\d+) +\|/g)].map(([, code, status]) => [code, status]),
    )
    expect(listed).toEqual(httpErrorCodes.map((code) => [code, String(new HttpError(code, '').status)]))
    const mentioned = new Set(readme.match(/ERR_HTTP_\w+/g))
    expect([...mentioned].sort()).toEqual([...httpErrorCodes].sort())
  })

  test('lists each limit with its default', () => {
    const listed = rows.flatMap((row) =>
      [...row.matchAll(/^\| `(max\w+)` +\| ([\d,]+)/g)].map(([, name, value]) => [name, value]),
    )
    expect(listed).toEqual(
      Object.entries(defaultHttpLimits).map(([name, value]) => [name, value.toLocaleString('en-US')]),
    )
  })

  test('shows the example that runs', () => {
    const example = readFileSync(new URL('../examples/decode.ts', import.meta.url), 'utf8')
    expect(readme).toContain(example.slice(0, example.indexOf('\nexport')))
    expect(transcript.split('\n').at(-1)).toBe(
      '400 ERR_HTTP_HEADER_NAME: byte 0x20 in a header name or before its colon',
    )
  })
})
