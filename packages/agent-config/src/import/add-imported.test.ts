import { expect, it } from 'vitest'
import { addImported, type ImportedConfig, importNgrok } from './index.ts'

const imported: ImportedConfig = {
  settings: { log: 'stdout', log_level: 'warn' },
  endpoints: [{ name: 'web', url: 'https://a.example', upstream: { url: 80 } }],
  tunnels: { old: { proto: 'http', addr: 81, subdomain: 'x' } },
  notCarried: [{ key: 'theirs', why: 'no' }],
}

it('makes a file of version 3', () => {
  expect(addImported('', imported, 't.yml')).toEqual({
    added: ['web', 'old'],
    notCarried: [{ key: 'theirs', why: 'no' }],
    text: `version: 3
agent:
  log: stdout
  log_level: warn
endpoints:
  - name: web
    url: https://a.example
    upstream:
      url: 80
tunnels:
  old:
    proto: http
    addr: 81
    subdomain: x
`,
  })
})

it('adds to a file and changes nothing that it says', () => {
  const text = `# mine
version: 3
agent:
  log_level: debug # loud
endpoints:
  # first
  - name: old
    upstream: { url: 1 }
`
  const { text: after, added, notCarried } = addImported(text, imported, 't.yml')
  expect(after).toBe(`# mine
version: 3
agent:
  log_level: debug # loud
  log: stdout
endpoints:
  # first
  - name: old
    upstream: { url: 1 }
  - name: web
    url: https://a.example
    upstream:
      url: 80
`)
  expect(added).toEqual(['web'])
  expect(notCarried.slice(1)).toEqual([
    { key: 'log_level', why: 'the configuration file has a value of its own' },
    { key: 'old', why: 'the name is taken in the configuration file' },
  ])
})

it.each([
  ['version: 2\n', 't.yml: the file is of version 2: bring it to version 3 first, by tunnel config upgrade'],
  ['authtoken: x\n', 't.yml: the file is of version 1'],
  ['version: 3\nagnt: {}\n', 't.yml:2:1: unknown key `agnt`'],
  ['a: [\n', 't.yml:'],
])('refuses to add to %j', (text, message) => {
  expect(() => addImported(text, imported, 't.yml')).toThrow(message)
})

it('takes a file of ngrok of any version, less what belongs to its service', () => {
  const text = `authtoken: secret
root_cas: host
region: eu
web_addr: localhost:4040
tunnels:
  web: { proto: http, addr: 80, bind_tls: true, hostname: a.example }
  both: { proto: http, addr: 81 }
`
  const ngrok = importNgrok(text, 'ngrok.yml')
  expect(ngrok).toEqual({
    settings: { web_addr: 'localhost:4040' },
    endpoints: [{ name: 'web', url: 'https://a.example', upstream: { url: 80 } }],
    tunnels: { both: { proto: 'http', addr: 81, schemes: ['http', 'https'] } },
    notCarried: [
      { key: 'authtoken', why: 'it is of ngrok: pair with an edge by tunnel config add-server' },
      { key: 'connect_cas', why: 'it is of ngrok: pair with an edge by tunnel config add-server' },
      { key: 'region', why: 'it is of ngrok: pair with an edge by tunnel config add-server' },
    ],
  })
  expect(addImported('', ngrok, 't.yml').text).not.toContain('secret')
})

it('refuses a file of ngrok with faults, and one that version 3 cannot hold', () => {
  expect(() => importNgrok('version: 3\nagnt: {}\n', 'n.yml')).toThrow('n.yml:2:1: unknown key `agnt`')
  const labeled = 'version: 2\ntunnels: { pool: { labels: [a=b], addr: 80 } }\n'
  expect(() => importNgrok(labeled, 'n.yml')).toThrow('n.yml: version 3 has no labeled tunnels like pool')
})
