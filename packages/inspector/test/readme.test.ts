import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { logRequests } from '../examples/log-requests.ts'
import { defaultInspectorLimits, Inspector, inspectorErrorCodes } from '../src/index.ts'
import { FakeEndpoint, requestHead, responseHead } from './fake-endpoint.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('lists every error code, and no other', () => {
  expect([...new Set(readme.match(/ERR_INSPECTOR_[A-Z_]+/g))].sort()).toEqual([...inspectorErrorCodes].sort())
})

test('lists every limit with its default', () => {
  const listed = [...readme.matchAll(/^\| `(max\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [name, value])
  expect(listed).toEqual(
    Object.entries(defaultInspectorLimits).map(([name, value]) => [name, value.toLocaleString('en-US')]),
  )
})

test('shows the example of the package, word for word', () => {
  const source = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?) \* ```/.exec(source)?.[1]?.replaceAll(/^ \* ?/gm, '')
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``)
})

test('the example of an observer writes a line for each exchange', () => {
  const lines: string[] = []
  const observe = logRequests((line) => lines.push(line))
  const endpoint = new FakeEndpoint(new Inspector())
  endpoint.inspection.observe = observe
  endpoint.exchange({ target: '/a', status: 404, responseBody: 'none' })
  const failing = observe()
  failing?.onRequestHead(requestHead('GET', '/b', []), 5)
  failing?.onResponseHead(responseHead(200, 'OK', []), 6)
  failing?.onFailure('ERR_VISITOR_LEFT', 8)
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { method: 'GET', target: '/a', status: 404, bytes: 4, ms: expect.closeTo(3.893, 3) },
    { method: 'GET', target: '/b', status: 200, code: 'ERR_VISITOR_LEFT', ms: 3 },
  ])
})
