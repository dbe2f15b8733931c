import { expect, it } from 'vitest'
import { type AgentConfig, ConfigFileError, loadAgentConfig } from './index.ts'

/** Files a, b, … merged in this order. */
const load = (...texts: string[]): AgentConfig => {
  const files = new Map(texts.map((text, index) => [`${'abc'[index]}.yml`, text]))
  const readText = (path: string): string => files.get(path) ?? ''
  return loadAgentConfig({ explicitPaths: [...files.keys()], env: {}, platform: 'linux', homedir: '/h', readText })
}

const faultsIn = (...texts: string[]): string[] => {
  try {
    load(...texts)
  } catch (error) {
    if (error instanceof ConfigFileError) return error.message.split('\n')
    throw error
  }
  return []
}

it('takes of each setting the last that says it, lists whole', () => {
  const first = 'version: 3\nagent: { authtoken: a, log_level: debug, dns_resolver_ips: [1.1.1.1, 1.0.0.1] }\n'
  const second = 'version: 3\nagent: { log_level: warn, dns_resolver_ips: [9.9.9.9], authtoken: }\n'
  expect(load(first, second)).toMatchObject({
    authtoken: 'a',
    log: { level: 'warn' },
    connect: { dnsResolverIps: ['9.9.9.9'] },
    files: ['a.yml', 'b.yml'],
  })
})

it('merges tunnels by name, each as a whole', () => {
  const { tunnels } = load(
    'version: 2\ntunnels: { a: { proto: http, addr: 1, metadata: m }, b: { proto: tcp, addr: 2 } }\n',
    'version: 2\ntunnels: { a: { proto: http, addr: 3 }, c: { proto: tcp, addr: 4 } }\n',
  )
  expect([...tunnels]).toEqual([
    ['a', { proto: 'http', addr: '3' }],
    ['b', { proto: 'tcp', addr: '2' }],
    ['c', { proto: 'tcp', addr: '4' }],
  ])
})

it('replaces the list of endpoints by a later one', () => {
  const list = (name: string): string => `version: 3\nendpoints: [{ name: ${name}, upstream: { url: 1 } }]\n`
  expect(load(list('a'), list('b'), 'version: 3\nagent: {}\n').endpoints.map(({ name }) => name)).toEqual(['b'])
})

it('merges files of ngrok 2, as it did', () => {
  const config = load('authtoken: t\n', 'tunnels: { demo: { proto: http, addr: 80 } }\n')
  expect(config).toMatchObject({ version: 1, authtoken: 't' })
  expect([...config.tunnels.keys()]).toEqual(['demo'])
})

it('shows the faults of all files together', () => {
  expect(faultsIn('version: 3\nagnt: {}\n', 'version: 3\nagent: { log_level: loud }\n')).toEqual([
    'a.yml:2:1: unknown key `agnt`; did you mean `agent`?',
    expect.stringMatching(/^b\.yml:2:21: `agent\.log_level`: expected one of/),
  ])
})

it('refuses files of different versions', () => {
  expect(faultsIn('version: 3\n', '# later\nversion: 2\n', 'authtoken: x\n')).toEqual([
    'b.yml:2:10: version 2, and a.yml is version 3: use one in all files',
    'c.yml:1:1: version 1, and a.yml is version 3: use one in all files',
  ])
})

it('refuses a name that is an endpoint and a tunnel, in one file or in two', () => {
  const endpoints = 'endpoints: [{ name: web, upstream: { url: 1 } }]\n'
  const tunnels = 'tunnels: { web: { proto: http, addr: 1 } }\n'
  const message = '`endpoints` and `tunnels` both have the name "web"'
  expect(faultsIn(`version: 3\n${endpoints}${tunnels}`)).toEqual([`a.yml:1:10: ${message}`])
  expect(faultsIn(`version: 3\n${endpoints}`, `version: 3\n${tunnels}`)).toEqual([`b.yml:1:10: ${message}`])
})
