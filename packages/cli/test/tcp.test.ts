import { expect, it } from 'vitest'
import { RunningCommand, run } from './run-command.ts'

it.each([
  [['22'], { protocol: 'tcp', url: 'tcp://', name: 'command_line', upstream: { url: 'tcp://localhost:22' } }],
  [['192.168.1.2:5432'], { upstream: { url: 'tcp://192.168.1.2:5432' } }],
  [['--url=1.tcp.tunnel.example:27210', '3389'], { url: 'tcp://1.tcp.tunnel.example:27210' }],
  [['--url', 'tcp://1.tcp.tunnel.example:27210', '3389'], { url: 'tcp://1.tcp.tunnel.example:27210' }],
  [['--url', 'tcp://', '3389'], { url: 'tcp://' }],
  [['22', '--upstream-proxy-protocol', '1'], { upstream: { url: 'tcp://localhost:22', proxyProtocol: 1 } }],
  [['22', '--pooling-enabled', '--metadata', 'm'], { poolingEnabled: true, metadata: 'm' }],
])('tcp %j asks for %o', async (argv, expected) => {
  const command = await new RunningCommand(['tcp', ...argv]).online()
  expect(command.edge.requests).toEqual([expect.objectContaining(expected)])
  expect(command.stderr.text).toBe('')
})

it('takes --remote-addr, with a warning', async () => {
  const command = await new RunningCommand(['tcp', '--remote-addr', '1.tcp.tunnel.example:20301', '22']).online()
  expect(command.edge.requests[0]).toMatchObject({ url: 'tcp://1.tcp.tunnel.example:20301' })
  expect(command.stderr.text).toBe('WARN:   --remote-addr is deprecated: use --url tcp://HOST:PORT\n')
})

it.each([
  [['--url', 'https://x', '22'], '--url has the scheme "https": tunnel tcp does not take it; use tunnel http'],
  [['--url', 'x:1', '--remote-addr', 'x:2', '22'], '--url, --remote-addr all name the public address'],
  [['--basic-auth', 'a:b', '22'], "unknown flag '--basic-auth'"],
  [['--host-header', 'x', '22'], "unknown flag '--host-header'"],
  [['--cidr-allow', '10.0.0/8', '22'], 'TrafficPolicy invalid:\nERROR:  --cidr-allow: "10.0.0/8" is not a CIDR'],
])('refuses tcp %j', async (argv, message) => {
  const { exitCode, stderr } = await run(['tcp', ...argv])
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`ERROR:  ${message}`)
})
