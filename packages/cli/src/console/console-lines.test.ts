import { expect, it } from 'vitest'
import { consoleLines } from './console-lines.ts'
import type { ConsoleView, ShownRequest } from './console-view.ts'
import { lineWidth } from './styled-line.ts'

const at = new Date(2026, 10, 21, 15, 41, 0, 4)
const request = (method: string, target: string, status?: number, durationMs?: number): ShownRequest => ({
  at,
  summary: { method, target, ...(status && { status, reason: '' }), ...(durationMs !== undefined && { durationMs }) },
})

const view: ConsoleView = {
  status: { kind: 'online' },
  version: '0.1.0',
  banner: [],
  account: undefined,
  update: undefined,
  region: 'United States (us)',
  latencyMs: 78.4,
  webInterface: 'http://127.0.0.1:4040',
  forwardings: [{ url: 'https://92269cf0cff3.tunnel.example', upstream: 'http://localhost:8080' }],
  connections: { count: 17, open: 2, rate1: 0.5, rate5: 0.1, rate15: 0, p50Ms: 120, p90Ms: 5300, p95Ms: 0, p99Ms: 0 },
  requests: [
    request('POST', '/webhook?token=secret', 200, 12.4),
    request('GET', '/a/rather/long/path/that/goes/on/for/longer/than/a/row/of/eighty/columns/has/room', 404, 20_400),
    request('DELETE', '/pending'),
  ],
  notice: undefined,
}

const textOf = (shown: ConsoleView, columns: number, rows = 40): string =>
  consoleLines(shown, columns, rows)
    .map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n')
    // The zone is the machine's.
    .replace(/(15:41:00\.004) \S+/g, '$1 ZON')

it('is a picture of the session at 80 columns', () => {
  expect(textOf(view, 80)).toMatchInlineSnapshot(`
    "tunnel                                                          (Ctrl+C to quit)

    Session Status                online
    Version                       0.1.0
    Region                        United States (us)
    Latency                       78ms
    Web Interface                 http://127.0.0.1:4040
    Forwarding                    https://92269cf0cff3.tunnel.example
                                  -> http://localhost:8080

    Connections                   ttl     opn     rt1     rt5     p50     p90
                                  17      2       0.50    0.10    0.12    5.30

    c copies the address, q shows it as a QR code

    HTTP Requests
    -------------

    15:41:00.004 ZON POST    /webhook                    200 OK                12 ms
    15:41:00.004 ZON GET     /a/rather/long/path/that... 404 Not Found        20.4 s
    15:41:00.004 ZON DELETE  /pending"
  `)
})

it('has narrower labels and no zone at 60 columns', () => {
  expect(textOf(view, 60)).toMatchInlineSnapshot(`
    "tunnel                                      (Ctrl+C to quit)

    Session Status    online
    Version           0.1.0
    Region            United States (us)
    Latency           78ms
    Web Interface     http://127.0.0.1:4040
    Forwarding        https://92269cf0cff3.tunnel.example
                      -> http://localhost:8080

    Connections       ttl    opn    rt1    rt5    p50    p90
                      17     2      0.50   0.10   0.12   5.30

    c copies the address, q shows it as a QR code

    HTTP Requests
    -------------

    15:41:00 POST    /webhook                      200     12 ms
    15:41:00 GET     /a/rather/long/path/that/g... 404    20.4 s
    15:41:00 DELETE  /pending"
  `)
})

it('has room for the reason of a status at 140 columns', () => {
  expect(textOf(view, 140)).toMatchInlineSnapshot(`
    "tunnel                                                                                                                      (Ctrl+C to quit)

    Session Status                online
    Version                       0.1.0
    Region                        United States (us)
    Latency                       78ms
    Web Interface                 http://127.0.0.1:4040
    Forwarding                    https://92269cf0cff3.tunnel.example -> http://localhost:8080

    Connections                   ttl     opn     rt1     rt5     p50     p90
                                  17      2       0.50    0.10    0.12    5.30

    c copies the address, q shows it as a QR code

    HTTP Requests
    -------------

    15:41:00.004 ZON POST    /webhook                                                                        200 OK                        12 ms
    15:41:00.004 ZON GET     /a/rather/long/path/that/goes/on/for/longer/than/a/row/of/eighty/columns/has... 404 Not Found                20.4 s
    15:41:00.004 ZON DELETE  /pending"
  `)
})

it('shows what the edge says, the account, an update and a notice where there are any', () => {
  const more: ConsoleView = {
    ...view,
    status: { kind: 'reconnecting', reason: 'no connection to the edge: ECONNREFUSED' },
    banner: ['Maintenance on Sunday'],
    account: 'Ada',
    update: '1.2.3',
    latencyMs: undefined,
    webInterface: false,
    requests: [],
    notice: 'copied it',
  }
  expect(textOf(more, 80)).toMatchInlineSnapshot(`
    "tunnel                                                          (Ctrl+C to quit)

    Maintenance on Sunday

    Session Status                reconnecting
                                  (no connection to the edge: ECONNREFUSED)
    Account                       Ada
    Update                        update available (version 1.2.3, Ctrl-U to update)
    Version                       0.1.0
    Region                        United States (us)
    Latency                       -
    Forwarding                    https://92269cf0cff3.tunnel.example
                                  -> http://localhost:8080

    Connections                   ttl     opn     rt1     rt5     p50     p90
                                  17      2       0.50    0.10    0.12    5.30

    copied it"
  `)
})

it.each([
  [12, ['tunnel', 'Session Status', 'Region', 'Forwarding', 'Connections', 'HTTP Requests', 'POST']],
  [6, ['tunnel', 'Session Status', 'Forwarding', 'Connections']],
  [2, ['tunnel', 'Forwarding']],
  [1, ['tunnel']],
])('keeps what matters most in %i rows', (rows, kept) => {
  const text = textOf(view, 80, rows)
  expect(text.split('\n').length).toBeLessThanOrEqual(rows)
  for (const word of kept) expect(text).toContain(word)
})

it('shows as many requests as there is room for, newest first', () => {
  const many = Array.from({ length: 50 }, (_, index) => request('GET', `/${index}`, 200, 1))
  const text = textOf({ ...view, requests: many }, 80, 24)
  expect(text.split('\n')).toHaveLength(24)
  expect(text).toContain('GET     /0 ')
  expect(text).not.toContain('GET     /49 ')
})

it.each([1, 2, 10, 20, 40, 59, 79, 80, 99, 100, 300])('no row is wider than a window of %i columns', (columns) => {
  const wide = { ...view, account: '日本語のアカウント名'.repeat(10), banner: ['🚀'.repeat(200)] }
  for (const line of consoleLines(wide, columns, 40)) expect(lineWidth(line)).toBeLessThanOrEqual(columns)
})

it('never shows a query', () => {
  expect(textOf(view, 140)).not.toContain('secret')
})

it('lets strangers write nothing that a terminal obeys', () => {
  const evil = 'x\x1b]52;c;AAAA\x07\x9b31m\r\n\u202e'
  const hostile: ConsoleView = {
    ...view,
    status: { kind: 'reconnecting', reason: evil },
    version: evil,
    banner: [evil],
    account: evil,
    update: evil,
    region: evil,
    webInterface: evil,
    forwardings: [{ url: evil, upstream: evil }],
    requests: [{ at, summary: { method: evil, target: evil, status: 200, reason: evil, failure: evil } }],
    notice: evil,
  }
  const texts = consoleLines(hostile, 200, 60).flatMap((line) => line.map(({ text }) => text))
  expect(texts.join('')).not.toMatch(/[\p{Cc}\p{Bidi_C}]/u)
})
