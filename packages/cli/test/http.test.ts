import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { FakeEdge } from './fake-edge.ts'
import { RunningCommand, run } from './run-command.ts'

/** What the edge is asked for by `tunnel http …`. */
async function requests(...argv: string[]) {
  const command = await new RunningCommand(['http', ...argv]).online()
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
  return { requests: command.edge.requests, stderr: command.stderr.text }
}

it.each([
  [['8080'], { protocol: 'https', url: 'https://', name: 'command_line', upstream: { url: 'http://localhost:8080' } }],
  [['443'], { upstream: { url: 'https://localhost:443' } }],
  [['foo.local:3000'], { upstream: { url: 'http://foo.local:3000' } }],
  [['https://localhost:8443'], { upstream: { url: 'https://localhost:8443' } }],
  [['[::1]:80'], { upstream: { url: 'http://[::1]:80' } }],
  [['80', '--url', 'https://app.tunnel.example'], { url: 'https://app.tunnel.example' }],
  [['80', '--url=http://app.tunnel.example'], { url: 'http://app.tunnel.example' }],
  [['80', '--url', 'app.tunnel.example'], { url: 'https://app.tunnel.example' }],
  [['80', '--url', ''], { url: 'https://' }],
  [['80', '--url', 'https://*.tunnel.example'], { url: 'https://*.tunnel.example' }],
  [['--name', 'web', '80'], { name: 'web' }],
  [['80', '--description', 'a b'], { description: 'a b' }],
  [['80', '--metadata', '-x'], { metadata: '-x' }],
  [['80', '--binding', 'internal'], { bindings: ['internal'] }],
  [['--pooling-enabled', '80'], { poolingEnabled: true }],
  [['80', '--pooling-enabled=true'], { poolingEnabled: true }],
  [['80', '--host-header=rewrite'], { hostHeader: 'rewrite' }],
  [['80', '--inspect'], { url: 'https://' }],
  [['80', '--inspect=false'], { url: 'https://' }],
  [['5900', '--websocket-tcp-converter'], { webSocketTcpConverter: true }],
  [['80', '--upstream-protocol', 'http1'], { upstream: { url: 'http://localhost:80' } }],
  [['80', '--upstream-protocol', 'http2'], { upstream: { url: 'http://localhost:80', protocol: 'http2' } }],
  [['80', '--compression=false'], { url: 'https://' }],
  [['80', '--upstream-proxy-protocol', ''], { upstream: { url: 'http://localhost:80' } }],
  [['80', '--upstream-proxy-protocol=2'], { upstream: { url: 'http://localhost:80', proxyProtocol: 2 } }],
  [['file:///tmp'], { upstream: { url: 'file:///tmp' } }],
])('http %j asks for %o and warns of nothing', async (argv, expected) => {
  const asked = await requests(...argv)
  expect(asked.requests).toEqual([expect.objectContaining(expected)])
  expect(asked.stderr).toBe('')
})

it('asks for pooling only when told to', async () => {
  const asked = await requests('80', '--pooling-enabled=false')
  expect(asked.requests[0]).not.toHaveProperty('poolingEnabled')
})

it.each([
  [['80', '--domain', 'app.tunnel.example'], 'https://app.tunnel.example', '--domain', '--url https://HOST'],
  [['80', '--hostname', 'app.tunnel.example'], 'https://app.tunnel.example', '--hostname', '--url https://HOST'],
  [['80', '--scheme=http'], 'http://', '--scheme', '--url http://HOST'],
  [
    ['80', '--url', 'app.tunnel.example', '--scheme', 'http'],
    'http://app.tunnel.example',
    '--scheme',
    '--url http://HOST',
  ],
  [['80', '--app-protocol', 'http2'], 'https://', '--app-protocol', '--upstream-protocol'],
  [['80', '--proxy-proto', '1'], 'https://', '--proxy-proto', '--upstream-proxy-protocol'],
])('http %j works, with a warning', async (argv, url, flag, advice) => {
  const asked = await requests(...argv)
  expect(asked.requests).toEqual([expect.objectContaining({ url })])
  expect(asked.stderr).toMatch(/^WARN: {3}[^\n]*\n$/)
  expect(asked.stderr).toContain(`${flag} is deprecated`)
  expect(asked.stderr).toContain(advice)
})

it("puts --subdomain below the edge's domain, and gives the address back that told it", async () => {
  const command = await new RunningCommand(['http', '80', '--subdomain', 'app']).online()
  expect(command.edge.requests.at(-1)).toMatchObject({ url: 'https://app.tunnel.example' })
  expect(command.edge.session.endpoints().map((one) => one.url())).toEqual(['https://app.tunnel.example'])
  expect(command.stderr.text).toContain('--url https://LABEL.DOMAIN')
})

it.each([[['80', '--scheme', 'http,https']], [['80', '--scheme', 'http', '--scheme', 'https']]])(
  'http %j binds https and then http at the same random host',
  async (argv) => {
    const asked = await requests(...argv)
    expect(asked.requests).toEqual([
      expect.objectContaining({ protocol: 'https', url: 'https://', name: 'command_line' }),
      expect.objectContaining({ url: 'http://random1.tunnel.example', name: 'command_line (http)' }),
    ])
    expect(asked.stderr).toBe('')
  },
)

it('leaves the port of the https address out of the http one', async () => {
  class EdgeWithPorts extends FakeEdge {
    override addressFor(request: Parameters<FakeEdge['addressFor']>[0]): string {
      return `${super.addressFor(request)}:4443`
    }
  }
  const command = await new RunningCommand(['http', '80', '--scheme=http,https'], {
    edge: new EdgeWithPorts(),
  }).online()
  expect(command.edge.requests.map(({ url }) => url)).toEqual(['https://', 'http://random1.tunnel.example'])
})

it.each([
  [['--url', 'x', '--domain', 'y'], '--url, --domain all name the public address: give one of them'],
  [['--subdomain', 'x', '--hostname', 'y'], '--hostname, --subdomain all name the public address'],
  [['--url', 'https://x', '--scheme', 'http'], '--url has a scheme: leave --scheme out'],
  [['--url', 'tcp://x:1'], '--url has the scheme "tcp": tunnel http does not take it; use tunnel tcp'],
  [['--url', 'ftp://x'], '--url has the scheme "ftp": tunnel http takes http and https addresses'],
  [['--scheme', 'http,ftp'], '--scheme is one or more of http, https, not "ftp"'],
  [
    ['--upstream-tls-verify-cas', '/does/not/exist'],
    '--upstream-tls-verify-cas /does/not/exist cannot be read (ENOENT)',
  ],
  [['--upstream-tls-verify-cas', import.meta.filename], 'holds no PEM certificate'],
])('refuses http 80 %j', async (argv, message) => {
  const { exitCode, stderr, command } = await run(['http', '80', ...argv])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/(^|\n)ERROR: {2}[^\n]*\n$/)
  expect(stderr).toContain(message)
  expect(command.edge.sessions).toEqual([])
})

it('closes the session when the second endpoint is refused', async () => {
  const edge = new FakeEdge()
  edge.refuse = ({ url }) =>
    url?.startsWith('http://') ? new TunnelError(9036, 'this edge does not serve http') : undefined
  const { exitCode, stdout, stderr } = await run(['http', '80', '--scheme=http,https'], { edge })
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toBe('ERROR:  this edge does not serve http\nERROR:  \nERROR:  ERR_TUNNEL_9036\n')
  expect(edge.session.state).toBe('closed')
})

it('names a bad service address', async () => {
  const { exitCode, stderr } = await run(['http', 'localhost:99999'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('ERROR:  upstream address "localhost:99999": port "99999" is not a number from 1 to 65535')
  expect(stderr).toContain('ERROR:  ERR_TUNNEL_9034')
})
