import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { kill, listeners } from '../src/index.ts'
import { hasOpenssl } from './certificates.ts'
import { edgeForTest } from './connected.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => read(`src/${file}`))

/** The first cells of the rows between a heading and the next. */
function rowsOf(heading: string): string[] {
  const start = readme.indexOf(heading)
  expect(start).toBeGreaterThan(0)
  const section = readme.slice(start, readme.indexOf('\n#', start + heading.length))
  return [...section.matchAll(/^\| `(\w+)` /gm)].map((row) => row[1] as string)
}

const optionsOf = (file: string, name: string): string[] => {
  const body = read(file)
    .split(new RegExp(`export interface ${name} (?:extends [\\w, ]+ )?{`))[1]
    ?.split('\n}')[0] as string
  return [...body.matchAll(/^ {2}(\w+)\?:/gm)].map((match) => match[1] as string)
}

afterEach(async () => {
  await kill()
  vi.unstubAllEnvs()
})

test.skipIf(!hasOpenssl)('the example puts its service online (needs openssl)', async () => {
  const edge = await edgeForTest()
  vi.stubEnv('TUNNEL_CONNECT', edge.connectionString)
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  await import('../examples/forward.ts').finally(() => write.mockRestore())
  expect(printed).toBe('online at https://hello.example.com\n')
  const link = await edge.nextLink()
  const request = 'GET / HTTP/1.1\r\nHost: hello.example.com\r\nConnection: close\r\n\r\n'
  const { text } = await link.exchange(listeners()[0]?.id() as string, request)
  expect(text).toMatch(/hello from my laptop\n$/)
})

test.skipIf(!hasOpenssl)('the example of builders does so too (needs openssl)', async () => {
  const edge = await edgeForTest()
  vi.stubEnv('TUNNEL_CONNECT', edge.connectionString)
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  onTestFinished(() => write.mockRestore())
  const { listener, session } = await import('../examples/builders.ts')
  onTestFinished(() => session.close())
  expect(printed).toContain(`online at ${listener.url()}\n`)
  const request = 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n'
  const { text } = await (await edge.nextLink()).exchange(listener.id(), request)
  expect(text).toMatch(/hello from a builder\n$/)
})

test.each(['forward', 'builders'])('the README shows the example %s as it is', (name) => {
  expect(readme).toContain(`\`\`\`ts\n${read(`examples/${name}.ts`)}\`\`\``)
})

test.each([
  ['### Where to connect: `SessionOptions`', 'src/session/options.ts', 'SessionOptions'],
  ['### The way to the edge: `NetworkOptions`', 'src/network/network-options.ts', 'NetworkOptions'],
  ['### Who may come in, and what they see: `ModuleOptions`', 'src/modules/module-options.ts', 'ModuleOptions'],
  ['### Where to connect: `SessionConfig`', 'src/default-session.ts', 'SessionConfig'],
  ['### What to put online: `EndpointConfig`', 'src/forward-config.ts', 'EndpointConfig'],
  ['### TLS of a `tls` or `https` endpoint: `TlsConfig`', 'src/tls/tls-plan.ts', 'TlsConfig'],
  ['### Where it leads: `UpstreamConfig`', 'src/forward-config.ts', 'UpstreamConfig'],
])('%s documents every option and no other', (heading, file, name) => {
  expect(rowsOf(heading)).toEqual(optionsOf(file, name))
})

test('documents every event and no other', () => {
  const eventsOf = (file: string, name: string): string[] => {
    const body = read(file).split(`export interface ${name} {`)[1]?.split('\n}')[0] as string
    return [...body.matchAll(/^ {2}(\w+): \[/gm)].map((match) => match[1] as string)
  }
  const declared = [
    ...eventsOf('src/session/session.ts', 'SessionEvents'),
    ...eventsOf('src/listener.ts', 'ListenerEvents'),
  ]
  expect(rowsOf('## Events').sort()).toEqual(declared.sort())
})

test('documents every code that is raised here and no other', () => {
  const raisedBy = [
    /new TunnelError\(\s*(\d+)/g,
    /assertTime\([^)]*?, (\d{3})\)/g,
    /^ +(\d{3}),$/gm,
    /Command, (\d{3}),/g,
    /, (\d{3}), requests/g,
    /^const REFUSED = .*stop: (\d{3})/gm,
    /renamed\((\d+)/g,
    /const code = .*\? (\d+)/g,
  ]
  const raised = sources.flatMap((text) =>
    raisedBy.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => Number(match[1]))),
  )
  const documented = rowsOf('## Errors').map((code) => Number(code.replace('ERR_TUNNEL_', '')))
  expect(documented).toEqual([...new Set(raised)].sort((a, b) => a - b))
})
