import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { type EdgeProgram, executable, startEdgeProgram } from '../harness/programs.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { hasTmux, TmuxTerminal } from './tmux.ts'

const tunnel = `${process.execPath} ${executable('tunnel', 'tunnel.mjs')}`

interface Session {
  readonly edge: EdgeProgram
  readonly terminal: TmuxTerminal
  readonly url: string
}

/** A shell in which `before`, the agent and then `after` have been run, once the endpoint is online. */
async function startInTerminal(
  settings: {
    columns?: number
    rows?: number
    env?: Record<string, string>
    script?: (command: string) => string
  } = {},
): Promise<Session> {
  const { columns = 80, rows = 24, env = {}, script = (command) => `echo before; ${command}; echo after $?` } = settings
  const edge = await startEdgeProgram({ args: ['--log-level=warn', '--region=eu'] })
  const upstream = await startUpstream((incoming, response) => {
    response.statusCode = incoming.url === '/missing' ? 404 : 200
    response.end('hello')
  })
  const url = `http://mine.localhost:${edge.httpPort}`
  const terminal = new TmuxTerminal(
    script(`${tunnel} http ${upstream.port} --url=http://mine.localhost`),
    { columns, rows },
    { TUNNEL_CONNECT: edge.connectionString, ...env },
  )
  await terminal.shows(url)
  return { edge, terminal, url }
}

const maybe = test.skipIf(!hasTmux)

maybe.each([
  [60, 'Session Status    online', /^\d\d:\d\d:\d\d GET {5}\/missing +404 +\d+ ms$/],
  [80, 'Session Status                online', /^\d\d:\d\d:\d\d\.\d{3} \S+ GET {5}\/missing +404 Not Found +\d+ ms$/],
  [140, 'Session Status                online', /^\d\d:\d\d:\d\d\.\d{3} \S+ GET {5}\/missing +404 Not Found +\d+ ms$/],
])('draws the session and its requests in %i columns (needs tmux)', async (columns, status, row) => {
  const { terminal, url, edge } = await startInTerminal({ columns, rows: 24 })
  expect(terminal.rows[0]).toMatch(/^tunnel +\(Ctrl\+C to quit\)$/)
  expect(terminal.rows[0]).toHaveLength(columns)
  expect(terminal.text).toContain(status)
  expect(terminal.text).toContain('Europe (eu)')

  await request(`${url}/first?token=secret`, { ca: edge.ca })
  await request(`${url}/missing`, { ca: edge.ca })
  await terminal.shows('/missing')
  await until(() => terminal.rows.some((one) => row.test(one)), `a row like ${row}`)
  const rows = terminal.rows.filter((one) => one.includes('GET'))
  expect(rows).toEqual([expect.stringMatching(row), expect.stringContaining('/first ')])
  expect(terminal.text).not.toContain('secret')
  expect(terminal.text).toMatch(/Connections +ttl +opn +rt1 +rt5 +p50 +p90\n +\d+ +\d+ +\d\.\d\d/)
})

maybe('draws anew whatever becomes of the window (needs tmux)', async () => {
  const { terminal, url } = await startInTerminal()
  for (const [columns, rows] of [
    [140, 40],
    [60, 24],
    [60, 5],
    [20, 3],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows)
    await terminal.shows('(Ctrl+C to quit)'.slice(0, columns < 30 ? 8 : 16))
  }
  await terminal.shows(`Forwarding                    ${url}`)
  await terminal.shows('Connections                   ttl     opn     rt1     rt5     p50     p90')
})

maybe.each(['Ctrl+C', 'SIGTERM'])('leaves the screen as it was at %s (needs tmux)', async (way) => {
  const { terminal } = await startInTerminal()
  expect(terminal.isAlternate).toBe(true)
  expect(terminal.isCursorShown).toBe(false)
  if (way === 'Ctrl+C') terminal.keys('C-c')
  else process.kill(terminal.childPid, 'SIGTERM')
  await terminal.shows('after 0')
  expect(terminal.text).toMatch(/^before\nafter 0\n/)
  expect(terminal.isAlternate).toBe(false)
  expect(terminal.isCursorShown).toBe(true)
  // Echo and line editing work again.
  terminal.keys('echo typed', 'Enter')
  await terminal.shows('\ntyped')
})

maybe('gives the screen back when the program crashes, with the reason on it (needs tmux)', async () => {
  const crash = `data:text/javascript,process.on('SIGUSR2',()=>{throw%20new%20Error('boom')})`
  const { terminal } = await startInTerminal({ env: { NODE_OPTIONS: `--import=${crash}` } })
  process.kill(terminal.childPid, 'SIGUSR2')
  await terminal.shows('boom')
  await terminal.shows('after ')
  expect(terminal.isAlternate).toBe(false)
  expect(terminal.isCursorShown).toBe(true)
})

maybe('shows the error of an edge that refuses it on the screen that was there (needs tmux)', async () => {
  const edge = await startEdgeProgram()
  const connect = edge.connectionString.replace(/\/\/[^@]+@/, `//${'a'.repeat(27)}_${'b'.repeat(21)}@`)
  const terminal = new TmuxTerminal(
    `${tunnel} http 80; echo after $?`,
    { columns: 100, rows: 24 },
    { TUNNEL_CONNECT: connect },
  )
  await terminal.shows('after 1')
  expect(terminal.text).toContain('ERROR:  ERR_TUNNEL_107')
  expect(terminal.isAlternate).toBe(false)
})

maybe('puts the address into the clipboard, and shows it as a QR code (needs tmux)', async () => {
  const { terminal, url } = await startInTerminal()
  terminal.keys('c')
  await terminal.shows(`copied ${url}`)
  expect(terminal.tmux('show-buffer')).toBe(url)
  terminal.keys('q')
  await terminal.shows('█▀▀▀▀▀█')
  terminal.keys('q')
  await terminal.shows('Session Status')
})

maybe('writes lines on a terminal that cannot move its cursor (needs tmux)', async () => {
  const { terminal } = await startInTerminal({ script: (command) => `TERM=dumb ${command}; echo after $?` })
  expect(terminal.isAlternate).toBe(false)
  terminal.keys('C-c')
  await terminal.shows('after 0')
  expect(terminal.text).toContain('Session Status   online')
})

maybe('does not draw over a shell in whose background it runs (needs tmux)', async () => {
  const { terminal } = await startInTerminal({ script: (command) => `set -m; ${command} &` })
  expect(terminal.isAlternate).toBe(false)
  terminal.keys('echo still mine', 'Enter')
  await terminal.shows('\nstill mine')
  // A job of its own: it does not end with the terminal.
  terminal.keys('kill -INT %1; wait; echo all gone', 'Enter')
  await terminal.shows('\nall gone')
})

maybe('has no colours where NO_COLOR says so, and a background where nothing does (needs tmux)', async () => {
  const plain = await startInTerminal({ env: { NO_COLOR: '1' } })
  expect(plain.terminal.tmux('capture-pane', '-pe')).not.toContain('\x1b[')
  const { terminal } = await startInTerminal()
  expect(terminal.tmux('capture-pane', '-pe')).toContain('\x1b[37m\x1b[40m')
})
