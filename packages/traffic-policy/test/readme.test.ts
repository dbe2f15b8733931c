import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decide } from '../examples/decide.ts'
import { celLimits } from '../src/cel/limits.ts'
import {
  defaultPolicyLimits,
  MAX_CASES,
  MAX_CASES_BYTES,
  MAX_REPEATS,
  moduleFaultCodes,
  parsePolicyCases,
  policyFaultCodes,
} from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const section = (title: string): string => readme.slice(readme.indexOf(`## ${title}`)).split('\n## ', 1)[0]!

it('lists each code of documents with its meaning, and nothing else', () => {
  const listed = [...section('Errors of documents').matchAll(/^\| `(ERR_TUNNEL_\d+)` +\| (.*?) +\|$/gm)].map(
    ([, code, meaning]) => [code, meaning],
  )
  expect(Object.fromEntries(listed)).toEqual(policyFaultCodes)
})

it('lists each limit with its default', () => {
  const listed = [...section('Limits').matchAll(/^\| `(max\w+)` +\| ([\d,]+) +\|/gm)].map(([, name, value]) => [
    name,
    value,
  ])
  const limits = Object.entries({ ...defaultPolicyLimits, ...celLimits })
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(limits.map(([name, value]) => [name, value.toLocaleString('en-US')])),
  )
})

it('shows the example that runs', async () => {
  expect(readme).toContain(readFileSync(new URL('../examples/decide.ts', import.meta.url), 'utf8').trimEnd())
  expect(await decide('/')).toEqual(['Host', 'app.example', 'x-client', '192.0.2.7'])
  expect(await decide('/admin/../admin/')).toBe('respond')
})

it('lists each code of older flags with its meaning, and nothing else', () => {
  const listed = [...section('Older flags and keys').matchAll(/^\| `(ERR_TUNNEL_\d+)` \| (.*?) \|$/gm)]
  expect(Object.fromEntries(listed.map(([, code, meaning]) => [code, meaning]))).toEqual(moduleFaultCodes)
})

it('shows cases that are some, and their limits', () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(section('Cases')) ?? []
  expect(parsePolicyCases(example)).toMatchObject({ ok: true, cases: { cases: { length: 3 } } })
  expect([MAX_CASES, MAX_REPEATS, MAX_CASES_BYTES]).toEqual([1000, 1000, 1024 * 1024])
})
