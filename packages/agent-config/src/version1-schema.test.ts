import { describe, expect, it } from 'vitest'
import { type AgentConfig, ConfigFileError, loadAgentConfig } from './index.ts'

const load = (text: string): AgentConfig =>
  loadAgentConfig({ explicitPaths: ['n.yml'], env: {}, platform: 'linux', homedir: '/home/x', readText: () => text })

const faultsIn = (text: string): string[] => {
  try {
    load(text)
  } catch (error) {
    if (error instanceof ConfigFileError) return error.message.split('\n')
    throw error
  }
  return []
}

const tunnel = (keys: string) => load(`tunnels: { a: { addr: 80, ${keys} } }\n`).tunnels.get('a')

describe('a file without version', () => {
  it('is read as ngrok 2 did, with a warning that says how to bring it up to date', () => {
    const text = `
authtoken: token
region: eu
console_ui: ifTTY
http_proxy: false
socks5_proxy: "socks5://localhost:9150"
root_cas: host
update: false
web_addr: localhost:4040
`
    expect(load(text)).toMatchObject({
      version: 1,
      authtoken: 'token',
      console: { ui: 'iftty' },
      connect: { proxyUrl: 'socks5://localhost:9150', cas: { kind: 'host' } },
      update: { check: false },
      inspector: { webAddr: { host: 'localhost', port: 4_040 } },
      warnings: ['n.yml: read as ngrok 2 did, since it has no `version`; `tunnel config upgrade` brings it up to date'],
    })
  })

  it('has no proxy where both keys say false', () => {
    expect(load('http_proxy: false\nsocks5_proxy: false\n').connect.proxyUrl).toBeUndefined()
  })

  it.each([
    ['proto: http', { schemes: ['http', 'https'] }],
    ['proto: http, bind_tls: both', { schemes: ['http', 'https'] }],
    ['proto: http, bind_tls: true', { schemes: ['https'] }],
    ['proto: http, bind_tls: false', { schemes: ['http'] }],
    ['proto: http, auth: "u:p"', { basic_auth: ['u:p'] }],
    ['proto: tls, crt: c, key: k, client_cas: ca', { crt: 'c', key: 'k', mutual_tls_cas: 'ca' }],
    ['proto: tcp, remote_addr: "1.tcp:22"', { remote_addr: '1.tcp:22' }],
  ])('means by {%s} what version 2 writes otherwise', (keys, meaning) => {
    expect(tunnel(keys)).toMatchObject(meaning)
  })

  it('has schemes for http tunnels alone', () => {
    expect(tunnel('proto: tcp')).toEqual({ addr: '80', proto: 'tcp' })
  })

  it('is wrong in all places at once', () => {
    const text = `authtokn: x
tunnels:
  a: { proto: http, bind_tls: maybe, addr: 80 }
  b: { addr: 80 }
  c: { proto: tls, addr: 80, crt: c }
  d: { proto: http, addr: 80, subdomain: a, hostname: b.c }
`
    expect(faultsIn(text)).toEqual([
      'n.yml:1:1: unknown key `authtokn`; did you mean `authtoken`?',
      'n.yml:3:31: `tunnels.a.bind_tls`: expected true, false or both',
      'n.yml:4:6: `tunnels.b.proto` is missing: expected one of http, tcp, tls',
      'n.yml:5:6: `tunnels.c`: crt and key belong together: give both or none',
      'n.yml:6:6: `tunnels.d`: only one of hostname, subdomain may be given (ERR_TUNNEL_9021)',
    ])
  })
})
