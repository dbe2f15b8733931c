import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { runCli } from '../src/index.ts'
import { FakeEdge } from './fake-edge.ts'
import { CollectedOutput, createHome, RunningCommand, run } from './run-command.ts'

const unreachable = new TunnelError(8002, 'no connection to the edge at edge.example:443: ECONNREFUSED', {
  retryable: true,
})

/** An edge that does not answer: the command stays where it is until it is stopped. */
function silentEdge(): FakeEdge {
  const edge = new FakeEdge()
  edge.answer = 'hang'
  return edge
}

it('says where the service is to be found', async () => {
  const command = await new RunningCommand(['http', '8080', '--scheme=http,https']).online()
  expect(command.stdout.text).toBe(`Session Status   online
Version          0.1.0
Connected to     edge.example:443 (TLS, 1 ms)
Forwarding       https://random1.tunnel.example -> http://localhost:8080
Forwarding       http://random1.tunnel.example -> http://localhost:8080

Ctrl+C to quit
`)
})

it.each(['SIGINT', 'SIGTERM'] as const)('closes the session and exits with 0 at %s', async (signal) => {
  const command = await new RunningCommand(['http', '80']).online()
  command.signal(signal)
  expect(await command.exitCode).toBe(0)
  expect(command.edge.session.state).toBe('closed')
  expect(command.stderr.text).toBe('')
  expect(command.listensToSignals).toBe(false)
})

it('exits with 0 when stopped while it connects', async () => {
  const command = new RunningCommand(['http', '80'], { edge: silentEdge() })
  await expect.poll(() => command.edge.sessions.length).toBe(1)
  command.signal('SIGINT')
  expect(await command.exitCode).toBe(0)
  expect(command.stderr.text).toBe('')
})

it.each([
  ['SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
] as const)('exits with 1 at once when %s is followed by %s', async (first, second) => {
  const edge = new FakeEdge()
  edge.letsGo = false
  const command = await new RunningCommand(['http', '80'], { edge }).online()
  command.signal(first)
  command.signal(second)
  expect(await command.exitCode).toBe(1)
  expect(command.stderr.text).toBe(`ERROR:  stopped at once by a second signal, ${second}\n`)
})

it('shows why it is not connected, once for each reason, and goes on when it is', async () => {
  const command = new RunningCommand(['http', '80'], { edge: silentEdge() })
  await expect.poll(() => command.edge.sessions.length).toBe(1)
  const { session } = command.edge
  session.lose(unreachable)
  session.lose(unreachable)
  session.lose(new TunnelError(8000, "the edge's name edge.example could not be resolved", { retryable: true }))
  expect(command.stdout.lines).toEqual([
    'Session Status   reconnecting (no connection to the edge at edge.example:443: ECONNREFUSED)',
    "Session Status   reconnecting (the edge's name edge.example could not be resolved)",
  ])
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
})

it('asks the session to keep trying', async () => {
  const command = await new RunningCommand(['http', '80']).online()
  expect(command.edge.session.options).toMatchObject({ keepTrying: true })
})

it('tells of a lost and a restored connection, and of addresses that changed meanwhile', async () => {
  const command = await new RunningCommand(['http', '80', '--scheme=http,https']).online()
  const { session } = command.edge
  const before = command.stdout.lines.length
  session.lose(unreachable)
  session.comeBack()
  session.lose(unreachable)
  const [https] = session.endpoints()
  if (https) https.address = 'https://other.tunnel.example'
  session.comeBack()
  expect(command.stdout.lines.slice(before)).toEqual([
    'Session Status   reconnecting (no connection to the edge at edge.example:443: ECONNREFUSED)',
    'Session Status   online',
    'Session Status   reconnecting (no connection to the edge at edge.example:443: ECONNREFUSED)',
    'Session Status   online',
    'Forwarding       https://other.tunnel.example -> http://localhost:80',
  ])
})

it('binds again when the connection is lost before the answer', async () => {
  const edge = new FakeEdge()
  edge.refuse = () => {
    if (edge.requests.length > 1) return undefined
    edge.session.lose(unreachable)
    return new TunnelError(810, 'the session ended before the edge answered', { retryable: true })
  }
  const command = new RunningCommand(['http', '80'], { edge })
  await command.stdout.until('reconnecting')
  // A session pauses between its attempts.
  await setImmediate()
  edge.session.comeBack()
  await command.online()
  expect(edge.requests).toHaveLength(2)
  expect(command.stdout.lines.slice(0, 2)).toEqual([
    'Session Status   reconnecting (no connection to the edge at edge.example:443: ECONNREFUSED)',
    'Session Status   online',
  ])
})

it.each([
  [
    new TunnelError(107, 'this authtoken is not known here'),
    [
      'this authtoken is not known here',
      'Save an authtoken of this edge: tunnel config add-authtoken TOKEN',
      '',
      'ERR_TUNNEL_107',
    ],
  ],
  [
    new TunnelError(8003, 'wrong edge', { retryable: false }),
    ['wrong edge', 'Pair with the edge again: tunnel config add-server CONNECTION_STRING', '', 'ERR_TUNNEL_8003'],
  ],
  [new TunnelError(120, 'too old'), ['too old', '', 'ERR_TUNNEL_120']],
])('exits with 1 when the edge refuses the session: %s', async (answer, lines) => {
  const edge = new FakeEdge()
  edge.answer = answer
  const { exitCode, stdout, stderr } = await run(['http', '80'], { edge })
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toBe(lines.map((line) => `ERROR:  ${line}\n`).join(''))
})

it('exits with 1 when the edge refuses the endpoint, and says goodbye', async () => {
  const edge = new FakeEdge()
  edge.refuse = () => new TunnelError(334, 'https://app.tunnel.example is already online')
  const { exitCode, stderr } = await run(['http', '80', '--url', 'https://app.tunnel.example'], { edge })
  expect(exitCode).toBe(1)
  expect(stderr).toBe('ERROR:  https://app.tunnel.example is already online\nERROR:  \nERROR:  ERR_TUNNEL_334\n')
  expect(edge.session.state).toBe('closed')
})

it('exits with 1 and the reason when the session must not come back', async () => {
  const command = await new RunningCommand(['http', '80']).online()
  command.edge.session.end(new TunnelError(300, 'the credential was revoked'))
  expect(await command.exitCode).toBe(1)
  expect(command.stderr.text).toBe('ERROR:  the credential was revoked\nERROR:  \nERROR:  ERR_TUNNEL_300\n')
})

it('goes on with the other endpoint when the edge takes one, and exits with 1 after the last', async () => {
  const command = await new RunningCommand(['http', '80', '--scheme=http,https']).online()
  const { session } = command.edge
  const stopped = new TunnelError(300, 'stopped by an operator')
  session.take('https://random1.tunnel.example', stopped)
  expect(command.stdout.lines.at(-1)).toBe('Offline          https://random1.tunnel.example (stopped by an operator)')
  expect(session.state).toBe('online')
  session.take('http://random1.tunnel.example', stopped)
  expect(await command.exitCode).toBe(1)
  expect(command.stderr.text).toContain('ERROR:  stopped by an operator\n')
  expect(session.state).toBe('closed')
})

it('exits with 0 when the edge asks it to stop', async () => {
  const command = await new RunningCommand(['http', '80']).online()
  await command.edge.session.options.onStopCommand?.()
  expect(await command.exitCode).toBe(0)
})

it('tells its parent the addresses once, and stops when that is gone', async () => {
  const command = await new RunningCommand(['http', '80', '--scheme=http,https'], { withParent: true }).online()
  command.edge.session.lose(unreachable)
  command.edge.session.comeBack()
  expect(command.messages).toEqual([
    {
      type: 'online',
      urls: ['https://random1.tunnel.example', 'http://random1.tunnel.example'],
      forwardings: [
        { url: 'https://random1.tunnel.example', upstream: 'http://localhost:80' },
        { url: 'http://random1.tunnel.example', upstream: 'http://localhost:80' },
      ],
    },
  ])
  command.leaveParent()
  expect(await command.exitCode).toBe(0)
  expect(command.edge.session.state).toBe('closed')
})

it('takes the signal that a parent passes on for the same wish, and a repeated one for force', async () => {
  const edge = new FakeEdge()
  edge.letsGo = false
  const command = await new RunningCommand(['http', '80'], { edge, withParent: true }).online()
  command.signal('SIGINT')
  command.signal('SIGTERM')
  command.leaveParent()
  expect(command.stderr.text).toBe('')
  command.signal('SIGINT')
  expect(await command.exitCode).toBe(1)
})

it('does not let the edge write to the terminal', async () => {
  const command = await new RunningCommand(['http', '80']).online()
  command.edge.session.lose(new TunnelError(810, 'a\x1b[2Jb\nERROR:  c', { retryable: true }))
  expect(command.stdout.lines.at(-1)).toBe('Session Status   reconnecting (a\uFFFD[2Jb\uFFFDERROR:  c)')
})

it('keeps trying to reach an edge that is not there', async () => {
  const stdout = new CollectedOutput()
  const stderr = new CollectedOutput()
  const port = await closedPort()
  let stop = (_signal: string): void => {}
  const exitCode = runCli({
    argv: ['http', '80', '--connect', `tunnel://token@127.0.0.1:${port}`],
    env: {},
    platform: 'linux',
    homedir: createHome(),
    stdout,
    stderr,
    onSignal: (listener) => {
      stop = listener
      return () => {}
    },
  })
  await stdout.until('\n')
  expect(stdout.text).toBe(
    `Session Status   reconnecting (no connection to the edge at 127.0.0.1:${port}: ECONNREFUSED)\n`,
  )
  stop('SIGTERM')
  expect(await exitCode).toBe(0)
  expect(stderr.text).toBe('')
})

/** Nobody listens there: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
