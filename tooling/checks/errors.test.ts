import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { codesOfText, type RaisedCodes, raisedCodes } from './error-codes.ts'
import { root } from './workspace.ts'

const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `ERR_'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
const listed = rows.map(([code = '']) => code.replaceAll('`', ''))

let raised: RaisedCodes
beforeAll(() => {
  raised = raisedCodes()
})

test('every code that the sources raise is in docs/errors.md', () => {
  expect([...raised.codes].filter((code) => !listed.includes(code)).sort()).toEqual([])
})

test('docs/errors.md lists no code that nothing raises, and none twice', () => {
  expect(listed.filter((code) => !raised.codes.has(code))).toEqual([])
  expect(listed.filter((code, at) => listed.indexOf(code) !== at)).toEqual([])
})

test('every row of docs/errors.md says where, with which status, what it means, what to do and whether to retry', () => {
  const short = rows.filter((cells) => cells.length !== 6 || cells.some((cell) => cell === ''))
  expect(short).toEqual([])
  expect(rows.filter(([, , status]) => !/^(?:–|[1-5]\d\d(?: or [1-5]\d\d)?)$/.test(status ?? ''))).toEqual([])
})

test.each(['packages/traffic-policy/src/actions/action-error.ts', 'packages/http/src/errors.ts'])(
  'docs/errors.md has the statuses of %s',
  (file) => {
    const table = /const STATUS = \{(.*?)\} as const/s.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? ''
    const statuses = [...table.matchAll(/(ERR_\w+): (\d{3}),/g)].map(([, code, status]) => [code, status])
    expect(statuses.length).toBeGreaterThan(0)
    const documented = new Map(rows.map(([, , status], at) => [listed[at], status]))
    expect(statuses.filter(([code, status]) => documented.get(code) !== status)).toEqual([])
  },
)

test('a number of the catalogue stands in its order', () => {
  const numbers = listed
    .filter((code) => /^ERR_TUNNEL_/.test(code))
    .map((code) => Number(code.slice('ERR_TUNNEL_'.length)))
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
})

test('where the number of an error cannot be followed, it is one that another error had', () => {
  expect(raised.unclear).toEqual([
    'packages/cli/src/running/bind-endpoints.ts: number',
    'packages/edge/src/policy/endpoint-policies.ts: number',
    "packages/protocol/src/errors.ts: Number(wire.code.slice('ERR_TUNNEL_'.length))",
  ])
})

test('codes of Node and OpenSSL are not taken for ours', () => {
  expect(
    codesOfText('ERR_HTTP2_GOAWAY_SESSION ERR_SSL_X ERR_TLS_CERT_ALTNAME_INVALID ERR_HTTP_HOST ERR_TUNNEL_0801'),
  ).toEqual(['ERR_HTTP_HOST'])
})
