import '../harness/dangling.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { runToEnd } from '../harness/process.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

type Handle = (path: string[], request: IncomingMessage, response: ServerResponse) => void
/** `true`, or what failed and why. */
type Result = true | [kind: string, why: string]

const PACKAGE = createRequire(import.meta.url).resolve('http-cache-tests/package.json')
const client = join(import.meta.dirname, 'run-client.mjs')

interface Difference {
  readonly why: string
  readonly ids: RegExp
  readonly direct: RegExp
  readonly through: RegExp
}

/** What is another thing behind the edge, with the reasons of docs/conformance.md. */
const KNOWN_DIFFERENCES: readonly Difference[] = [
  {
    why: 'a status of 999 is none',
    ids: /./,
    direct: /should have been conditional|^FetchError: Invalid response body/,
    through: /^Setup: Response 2 status is 502, not 200$/,
  },
  {
    why: 'an upstream that gives no answer is a 502, which no cache has sent',
    ids: /^stale-/,
    direct: /^FetchError: .* (socket hang up|ECONNRESET)$/,
    through: /^(Assertion|Setup): Response 2 (does not come|comes) from cache$/,
  },
  {
    why: 'bytes behind a Content-Length do not pass',
    ids: /^headers-store-Content-Length$/,
    direct: /^FetchError: Invalid response body/,
    through: /^Setup: Response 2 does not come from cache$/,
  },
  {
    why: 'a Transfer-Encoding that is not chunked is a 502',
    ids: /^headers-store-Transfer-Encoding$/,
    direct: /^Setup: Response 2 does not come from cache$/,
    through: /^Setup: Response 1 status is 502, not 200$/,
  },
]

/** The suite's own server, which gives the answers that each test asks for. */
async function startCacheServer() {
  const handles = new Map<string, Handle>()
  for (const name of ['config', 'state', 'test']) {
    const module = (await import(join(PACKAGE, `../server/handle-${name}.mjs`))) as { default: Handle }
    handles.set(name, module.default)
  }
  // It says what it does not like.
  vi.spyOn(console, 'log').mockImplementation(() => {})
  return startUpstream((incoming, response) => {
    const [, name = '', ...path] = new URL(incoming.url as string, 'http://server').pathname.split('/')
    handles.get(name)?.(path, incoming, response)
  })
}

async function resultsAt(base: string): Promise<Record<string, Result>> {
  const printed = await runToEnd(process.execPath, [client, base], { deadlineMs: 90_000 })
  return JSON.parse(printed.toString()) as Record<string, Result>
}

/** Without what is another one each time. */
function comparable(result: Result | undefined): string {
  if (result === true || result === undefined) return String(result)
  return result
    .join(': ')
    .replaceAll(/http:\/\/[^/]+/g, 'BASE')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replaceAll(/\b\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'DATE')
    .replaceAll(/\b1\d{12}\b/g, 'NOW')
}

/** Why a test differs, or how, where nobody knows why. */
function differenceOf(id: string, direct: string, through: string): string {
  const known = KNOWN_DIFFERENCES.find(
    (one) => one.ids.test(id) && one.direct.test(direct) && one.through.test(through),
  )
  return known?.why ?? `${id}: ${direct}, through the edge: ${through}`
}

test('a server behind an edge and an agent is to http-cache-tests what it is without them', {
  timeout: 120_000,
}, async () => {
  const server = await startCacheServer()
  const tunnel = await startTestEdge()
  const url = (await tunnel.forward(server, { schemes: 'http' })).url() as string
  const [direct, through] = await Promise.all([resultsAt(`http://127.0.0.1:${server.port}`), resultsAt(url)])
  const ids = Object.keys(direct)
  expect(ids.length).toBeGreaterThan(300)
  const differences = ids
    .map((id) => [id, comparable(direct[id]), comparable(through[id])] as const)
    .filter(([, one, other]) => one !== other)
    .map((difference) => differenceOf(...difference))
  expect(differences.filter((why) => !KNOWN_DIFFERENCES.some((known) => known.why === why))).toEqual([])
  const passed = ids.filter((id) => direct[id] === true)
  expect(passed.length).toBeGreaterThan(100)
  expect(ids.filter((id) => through[id] === true)).toEqual(passed)
})
