import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from './harness/process.ts'
import { temporaryDirectory } from './harness/temporary-directory.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { within } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'

/** Of 146 cases (147 in later versions). */
const FEWEST_PASSED = 146

const isInstalled = spawnSync('h2spec', ['--version']).status === 0

// go install github.com/summerwind/h2spec/cmd/h2spec@latest
test.skipIf(!isInstalled)('the edge passes h2spec --strict (needs h2spec)', { timeout: 300_000 }, async () => {
  // What a visitor leaves behind by an error of its own goes by these.
  const limits = { http2PingIntervalMs: 500, upstreamIdleTimeoutMs: 1000 }
  // A name that every resolver knows.
  const tunnel = await startTestEdge({ domains: ['localhost'], edgeHost: 'edge.localhost', limits })
  const upstream = await startUpstream((incoming, response) => {
    incoming.on('end', () => response.end('a body of some length')).resume()
  })
  await tunnel.forward(upstream, { url: `https://localhost:${tunnel.httpsPort}` })

  const report = join(temporaryDirectory(), 'report.xml')
  const args = ['--strict', '--tls', '--insecure', '-h', 'localhost', '-p', String(tunnel.httpsPort), '-j', report]
  const child = start('h2spec', args)
  child.stdout?.resume()
  await within(once(child, 'exit'), 'h2spec to end', 280_000)

  const cases = casesIn(readFileSync(report, 'utf8'))
  const failures = cases.filter(({ passed }) => !passed).map(({ name }) => name)
  expect(failures).toEqual([])
  expect(cases.filter(({ passed }) => passed).length).toBeGreaterThanOrEqual(FEWEST_PASSED)
})

/** From h2spec's JUnit report. */
function casesIn(xml: string): { name: string; passed: boolean }[] {
  return [...xml.matchAll(/<testcase package="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, section, title, outcome = '']) => ({ name: `${section}: ${title}`, passed: !/<(failure|error)/.test(outcome) }),
  )
}
