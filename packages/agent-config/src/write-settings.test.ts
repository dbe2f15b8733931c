import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addApiKey, addAuthtoken, addServer, loadAgentConfig } from './index.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-config-'))
  file = join(directory, 'tunnel.yml')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const load = () => loadAgentConfig({ explicitPaths: [file], env: {}, platform: 'linux', homedir: directory })
const after = async (text: string, change: () => Promise<unknown>): Promise<string> => {
  writeFileSync(file, text)
  await change()
  return readFileSync(file, 'utf8')
}
const withToken = (text: string): Promise<string> => after(text, () => addAuthtoken(file, 'tok'))

describe('adding an authtoken', () => {
  it('makes a file of version 3 for the owner only', async () => {
    file = join(directory, 'deep', 'tunnel.yml')
    expect(await addAuthtoken(file, 'tok')).toEqual({ path: file, created: true })
    expect(readFileSync(file, 'utf8')).toBe('version: 3\nagent:\n  authtoken: tok\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(load().authtoken).toBe('tok')
  })

  it.each([
    ['', 'version: 3\nagent:\n  authtoken: tok\n'],
    ['# mine\n', '# mine\n\nversion: 3\nagent:\n  authtoken: tok\n'],
    ['null\n', 'version: 3\nagent:\n  authtoken: tok\n'],
    ['{}\n', '{ version: 3, agent: { authtoken: tok } }\n'],
    ['version: 3\nagent:\n', 'version: 3\nagent:\n  authtoken: tok\n'],
    [
      '# mine\nversion: "3"\nagent:\n  authtoken: old # work\n  log: x\n',
      '# mine\nversion: "3"\nagent:\n  authtoken: tok # work\n  log: x\n',
    ],
    ['version: 2\nauthtoken: old # work\n', 'version: 2\nauthtoken: tok # work\n'],
    ['version: 2\ntunnels: {}\n', 'version: 2\ntunnels: {}\nauthtoken: tok\n'],
  ])('turns %j into %j', async (before, expected) => {
    expect(await withToken(before)).toBe(expected)
    expect(load().authtoken).toBe('tok')
  })

  it.each([
    ['agent: {log: x}\n', 3],
    ['endpoints: []\n', 3],
    ['authtoken: old\n', 2],
    ['web_addr: 127.0.0.1:1\ntunnels: {}\n', 2],
    ['version:\nweb_addr: 127.0.0.1:1\n', 2],
  ])('gives %j, which has no version, the one it looks like', async (text, version) => {
    expect(await withToken(text)).toMatch(`version: ${version}\n`)
    expect(load()).toMatchObject({ version, authtoken: 'tok' })
  })

  it.each([
    ['update: false\n', 'update: false\nauthtoken: tok\n'],
    ['tunnels: {a: {proto: http, addr: 80}}\n', 'tunnels: { a: { proto: http, addr: 80 } }\nauthtoken: tok\n'],
  ])('gives %j, which would mean something else with a version, none', async (text, expected) => {
    expect(await withToken(text)).toBe(expected)
    expect(load()).toMatchObject({ version: 1, authtoken: 'tok' })
  })

  it.each(['', 'two words', 'line\n', 'tök', 'x'.repeat(4_097)])(
    'refuses the token %.10j and writes nothing',
    async (token) => {
      writeFileSync(file, 'version: 3\n')
      await expect(addAuthtoken(file, token)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
      expect(readFileSync(file, 'utf8')).toBe('version: 3\n')
    },
  )

  it.each(['version: 4\n', 'version: {}\n', '- a\n', 'text\n', 'a: [\n', 'version: 3\nagent: text\n'])(
    'leaves %j, which it cannot change safely, as it is',
    async (text) => {
      writeFileSync(file, text)
      await expect(addAuthtoken(file, 'tok')).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )
})

it('saves the key of the API under its name in either version', async () => {
  expect(await after('', () => addApiKey(file, 'key'))).toBe('version: 3\nagent:\n  api_key: key\n')
  expect(await after('version: 2\napi_key: old\n', () => addApiKey(file, 'key'))).toBe('version: 2\napi_key: key\n')
  expect(load().apiKey).toBe('key')
})

describe('adding a server', () => {
  const connectCas = `sha256:${'ab'.repeat(32)}`
  const pairing = { connectUrl: 'edge.example.com:443', connectCas, authtoken: 'tok' }

  it('writes address, trust and token so that the agent reads them back, in version 3', async () => {
    expect(await after('', () => addServer(file, pairing))).toBe(
      `version: 3\nagent:\n  connect_url: edge.example.com:443\n  connect_cas: ${connectCas}\n  authtoken: tok\n`,
    )
    expect(load()).toMatchObject({
      authtoken: 'tok',
      connect: { url: 'edge.example.com:443', cas: { kind: 'fingerprint', sha256: 'ab'.repeat(32) } },
    })
  })

  it('uses the names of version 2 in a file of that version', async () => {
    expect(await after('version: 2\nserver_addr: old:1\n', () => addServer(file, pairing))).toBe(
      `version: 2\nserver_addr: edge.example.com:443\nroot_cas: ${connectCas}\nauthtoken: tok\n`,
    )
  })

  it('takes away the trust in another edge, and keeps the token, when neither is given', async () => {
    const text = 'version: 3\nagent:\n  authtoken: old\n  connect_url: old:1\n  connect_cas: old.pem\n'
    expect(await after(text, () => addServer(file, { connectUrl: 'new:2' }))).toBe(
      'version: 3\nagent:\n  authtoken: old\n  connect_url: new:2\n',
    )
  })

  it('takes a path with spaces for the authorities', async () => {
    await addServer(file, { connectUrl: 'new:2', connectCas: '/my files/ca.pem' })
    expect(load().connect.cas).toEqual({ kind: 'file', path: '/my files/ca.pem' })
  })

  it.each([{ connectUrl: '' }, { connectUrl: 'a b' }, { connectUrl: 'a:1', connectCas: 'x\ny' }])(
    'refuses %j',
    async (wrong) => {
      await expect(addServer(file, wrong)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    },
  )
})
