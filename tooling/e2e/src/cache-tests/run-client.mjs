// `node run-client.mjs BASE`: what the client of http-cache-tests says about the server at BASE, as JSON. Its own command asks the resolver for
// the name, which may not know `*.localhost`, and runs a hundred tests at a time, of which each waits for seconds.
import { Agent } from 'node:http'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const root = require.resolve('http-cache-tests/package.json').replace(/package\.json$/, '')
const { default: fetch } = await import(createRequire(root).resolve('node-fetch'))
const { getResults, runTests } = await import(`${root}client/runner.mjs`)
const { default: suites } = await import(`${root}tests/index.mjs`)
const { default: surrogate } = await import(`${root}tests/surrogate-control.mjs`)

const loopback = { address: '127.0.0.1', family: 4 }
const agent = new Agent({
  keepAlive: true,
  lookup: (_host, { all }, done) => (all ? done(null, [loopback]) : done(null, loopback.address, loopback.family)),
})
const ALL_AT_ONCE = 10_000
await runTests(
  [...suites, surrogate],
  (url, init) => fetch(url, { ...init, agent }),
  false,
  process.argv[2],
  ALL_AT_ONCE,
)
process.stdout.write(JSON.stringify(getResults()))
agent.destroy()
