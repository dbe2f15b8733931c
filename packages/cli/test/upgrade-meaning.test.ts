import { loadAgentConfig, upgradeConfigText } from '@tunnel/agent-config'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { chosenEndpoints } from '../src/endpoints/chosen-endpoints.ts'
import { FakeEdge } from './fake-edge.ts'

/** A different number below `bound` at each call, the same ones in each run. */
function numbersFrom(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

const older: Record<string, readonly unknown[]> = {
  addr: [80, 'localhost:443', 'https://host:1', 'file:///srv'],
  subdomain: ['sub'],
  hostname: ['a.example', '*.a.example'],
  remote_addr: ['1.tcp.example:22'],
  host_header: ['rewrite', 'preserve', 'x.dev'],
  auth: ['bob:bobpassword'],
  bind_tls: [true, false, 'both', 'yes'],
  metadata: ['m', 12],
  inspect: [true, false],
}
const newer: Record<string, readonly unknown[]> = {
  ...older,
  auth: [],
  bind_tls: [],
  domain: ['b.example'],
  url: ['https://c.example', 'http://c.example', 'tls://c.example', 'tcp://c.example:1', 'd.example'],
  schemes: [['http'], ['https'], ['http', 'https'], ['https', 'http']],
  basic_auth: [['bob:bobpassword']],
  compression: [true, false],
  terminate_at: ['edge', 'upstream'],
  proxy_proto: ['1', '2', '', 1],
  traffic_policy: [{ on_tcp_connect: [{ actions: [{ type: 'log' }] }] }],
  ip_restriction: [{ allow_cidrs: ['10.0.0.0/8'] }],
}

function randomTunnel(below: (bound: number) => number, keys: typeof older): Record<string, unknown> {
  const tunnel: Record<string, unknown> = { proto: ['http', 'tcp', 'tls'][below(3)] }
  for (const [key, values] of Object.entries(keys)) {
    if (values.length > 0 && (key === 'addr' || below(4) === 0)) tunnel[key] = values[below(values.length)]
  }
  return tunnel
}

/** What an edge is asked for; `undefined` where the file is refused. */
async function asked(text: string): Promise<unknown> {
  const edge = new FakeEdge()
  try {
    const config = loadAgentConfig({
      explicitPaths: ['f'],
      env: {},
      platform: 'linux',
      homedir: '/',
      readText: () => text,
    })
    const session = await edge.connect({}, () => {})
    const requests = []
    const bound = []
    for (const step of await chosenEndpoints(config, 'all')) {
      const request = await step(session, bound)
      // To end at the upstream is what TLS does anyway.
      const stated = ([key, value]: [string, unknown]): boolean =>
        value !== undefined && !(key === 'terminate_at' && value === 'upstream')
      requests.push(Object.fromEntries(Object.entries(request).filter(stated)))
      bound.push(await session.bind({ protocol: 'https', url: request.url ?? '', upstream: { url: '' } }, () => {}))
    }
    return requests
  } catch {
    return undefined
  }
}

it.each([
  ['no version', older, ''],
  ['version 2', newer, 'version: 2\n'],
])('of %s, 150 random tunnels mean the same after an upgrade', { timeout: 60_000 }, async (_name, keys, head) => {
  const below = numbersFrom(7)
  let upgraded = 0
  let converted = 0
  for (let count = 0; count < 150; count++) {
    const text = `${head}${stringify({ tunnels: { it: randomTunnel(below, keys) } })}`
    const before = await asked(text)
    if (before === undefined) continue
    const { text: after } = upgradeConfigText(text, { file: 'f' })
    expect(await asked(after), `${text}\n${after}`).toEqual(before)
    upgraded++
    if (after.includes('endpoints:')) converted++
  }
  // Otherwise it would have looked at nothing.
  expect(upgraded).toBeGreaterThan(50)
  expect(converted).toBeGreaterThan(5)
})
