import { TrafficStatistics, TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { ConsoleUi } from '../src/console/console-ui.ts'
import type { SessionFacts } from '../src/running/status-view.ts'
import { FakeEdge } from './fake-edge.ts'
import { FakeTerminal, RunningCommand } from './run-command.ts'

const unreachable = new TunnelError(8002, 'no way to the edge', { retryable: true })
const forwardings = [
  { url: 'https://one.tunnel.example', upstream: 'http://localhost:80' },
  { url: 'tcp://tunnel.example:20001', upstream: 'tcp://localhost:22' },
]
const facts: SessionFacts = { version: '0.1.0', serverAddr: 'edge:443', transport: 'tls', latencyMs: 3 }

/** A console of its own, with two endpoints online. */
function startConsole(terminal = new FakeTerminal()) {
  const quits: string[] = []
  const ui = new ConsoleUi({
    surroundings: {
      argv: [],
      env: {},
      platform: 'linux',
      homedir: '/',
      stdout: terminal,
      stderr: terminal,
      terminal,
      onSignal: () => () => {},
    },
    color: 'black',
    version: '0.1.0',
    onQuit: () => quits.push('quit'),
  })
  ui.started(facts, forwardings)
  return { terminal, ui, quits }
}

it('draws the session on the alternate screen and gives the terminal back', async () => {
  const terminal = new FakeTerminal(100)
  const command = new RunningCommand(['http', '8080'], { terminal })
  await terminal.shows('https://random1.tunnel.example -> http://localhost:8080')
  expect(terminal.grid.text).toMatch(/^tunnel +\(Ctrl\+C to quit\)\n\nSession Status +online\n/)
  expect(terminal.grid).toMatchObject({ isAlternate: true, isCursorShown: false, isWrapping: false })
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
  expect(terminal.grid).toMatchObject({ isAlternate: false, isCursorShown: true, isWrapping: true })
  expect(terminal.isWatched).toBe(false)
})

it('quits at Ctrl+C, and at once when it is pressed again', async () => {
  const edge = new FakeEdge()
  edge.letsGo = false
  const terminal = new FakeTerminal()
  const command = new RunningCommand(['http', '8080'], { terminal, edge })
  await terminal.shows('online')
  terminal.press('\x03')
  terminal.press('\x03')
  expect(await command.exitCode).toBe(1)
  expect(command.stderr.text).toBe('ERROR:  stopped at once by a second signal, SIGINT\n')
  expect(terminal.grid.isAlternate).toBe(false)
})

it('tells of a lost connection, its reason and its return', async () => {
  const terminal = new FakeTerminal(100)
  const command = new RunningCommand(['http', '8080'], { terminal })
  await terminal.shows('online')
  command.edge.session.lose(unreachable)
  await terminal.shows('reconnecting (no way to the edge)')
  command.edge.session.comeBack()
  await terminal.shows('online')
})

it('shows an error on the screen that was there before', async () => {
  const terminal = new FakeTerminal()
  const command = new RunningCommand(['http', '8080'], { terminal })
  await terminal.shows('online')
  command.edge.session.end(new TunnelError(300, 'the credential was revoked'))
  expect(await command.exitCode).toBe(1)
  expect(terminal.grid.isAlternate).toBe(false)
  expect(command.stderr.text).toContain('the credential was revoked')
})

it('never opens a screen for a command that fails at once', async () => {
  const edge = new FakeEdge()
  edge.answer = new TunnelError(107, 'this authtoken is not known here')
  const terminal = new FakeTerminal()
  const command = new RunningCommand(['http', '8080'], { terminal, edge })
  expect(await command.exitCode).toBe(1)
  expect(terminal.text).toBe('')
})

it('takes an endpoint that was taken away off, and says why', async () => {
  const terminal = new FakeTerminal()
  const command = new RunningCommand(['http', '8080', '--scheme=http,https'], { terminal })
  await terminal.shows('http://random1.tunnel.example')
  command.edge.session.take('http://random1.tunnel.example', new TunnelError(300, 'stopped by an operator'))
  await terminal.shows('http://random1.tunnel.example is offline: stopped by an operator')
  expect(terminal.grid.text).not.toContain('Forwarding                    http://')
})

it('gives the terminal back when the process ends in whatever way', async () => {
  const { terminal } = startConsole()
  await terminal.shows('online')
  terminal.exit()
  expect(terminal.grid).toMatchObject({ isAlternate: false, isCursorShown: true, isWrapping: true })
})

it('draws anew in a window of another size', async () => {
  const { terminal, ui } = startConsole()
  await terminal.shows('Connections')
  terminal.resize(60, 10)
  await terminal.shows('Forwarding        https://one.tunnel.example')
  expect(terminal.grid.text).not.toContain('?')
  terminal.resize(140, 30)
  await terminal.shows('https://one.tunnel.example -> http://localhost:80')
  ui.close()
})

it('counts and lists requests as they begin, are answered and end', async () => {
  const { terminal, ui } = startConsole()
  const statistics = new TrafficStatistics((summary) => ui.request(summary))
  ui.counting(statistics)
  statistics.connectionEvents.onOpened?.('')
  const exchange = statistics.observe()
  exchange?.onRequestHead({ method: 'GET', target: '/a?b' } as never, 0)
  await terminal.shows('GET     /a')
  exchange?.onResponseHead({ status: 503, reason: '' } as never, 5)
  await terminal.shows('503 Service Una...')
  exchange?.onResponseEnd(undefined, 1234)
  await terminal.shows('1234 ms')
  expect(terminal.grid.text).toMatch(/ttl +opn .*\n +1 +1 /)
  ui.close()
})

it('stays calm and small under a flood of requests', async () => {
  const { terminal, ui } = startConsole()
  await terminal.shows('online')
  const before = terminal.grid.updates
  for (let index = 0; index < 10_000; index++) ui.request({ method: 'GET', target: `/${index}` })
  await terminal.shows('/9999')
  expect(terminal.grid.updates - before).toBeLessThanOrEqual(2)
  expect(terminal.grid.lines.filter((line) => line.includes('GET'))).not.toHaveLength(0)
  ui.close()
})

it('does not list a request again that was forgotten before it was answered', async () => {
  const { terminal, ui } = startConsole()
  const slow = { method: 'GET', target: '/slow' }
  ui.request(slow)
  for (let index = 0; index < 100; index++) ui.request({ method: 'GET', target: `/${index}` })
  ui.request(Object.assign(slow, { status: 200, durationMs: 5 }))
  await terminal.shows('/99')
  expect(terminal.grid.text).not.toContain('/slow')
  ui.close()
})

it('copies one address after the other', async () => {
  const { terminal, ui } = startConsole()
  terminal.press('c')
  await terminal.shows('copied https://one.tunnel.example')
  terminal.press('cc')
  expect(terminal.grid.copied).toEqual([
    'https://one.tunnel.example',
    'tcp://tunnel.example:20001',
    'https://one.tunnel.example',
  ])
  ui.close()
})

it('shows one QR code after the other, and then the session again', async () => {
  const { terminal, ui } = startConsole()
  terminal.press('q')
  await terminal.shows('q: the next one or back')
  expect(terminal.grid.text).toContain('█▀▀▀▀▀█')
  expect(terminal.grid.text).toContain('https://one.tunnel.example\n')
  terminal.press('q')
  await terminal.shows('tcp://tunnel.example:20001')
  terminal.press('q')
  await terminal.shows('Session Status')
  ui.close()
})

it('says how large a window a QR code needs', async () => {
  const { terminal, ui } = startConsole(new FakeTerminal(80, 10))
  terminal.press('q')
  await terminal.shows('the window is too small for a QR code: it needs 29 columns and 17 rows')
  ui.close()
})

it('offers an update where there is one', async () => {
  const { terminal, ui, quits } = startConsole()
  terminal.press('\x15')
  ui.updateAvailable('2.0.0')
  await terminal.shows('update available (version 2.0.0, Ctrl-U to update)')
  terminal.press('\x15')
  await terminal.shows('to update, run: tunnel update')
  expect(quits).toEqual([])
  ui.close()
})

it('shows the web interface and what the edge has to say', async () => {
  const { terminal, ui } = startConsole()
  ui.webInterface('http://127.0.0.1:4040')
  ui.online({ ...facts, account: 'Ada', region: 'eu', banner: 'Hello\n\x1b[2JWorld' }, forwardings)
  await terminal.shows('http://127.0.0.1:4040')
  for (const words of ['Ada', 'Europe (eu)', 'Hello\n', '\uFFFD[2JWorld']) expect(terminal.grid.text).toContain(words)
  ui.close()
})
