import { expect, test } from 'vitest'
import { acceptWebSocket } from './handshake.ts'

const good: Record<string, string> = {
  host: 'a.example',
  upgrade: 'WebSocket',
  connection: 'keep-alive, Upgrade',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

function headers(changes: Record<string, string | undefined>): string[] {
  return Object.entries({ ...good, ...changes }).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
}

test('accepts the example of RFC 6455', () => {
  expect(acceptWebSocket({ method: 'GET', headers: headers({}) })).toEqual([
    ...['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
  ])
})

test.each([
  ['no upgrade', { upgrade: undefined }],
  ['another upgrade', { upgrade: 'h2c' }],
  ['no connection option', { connection: 'keep-alive' }],
  ['another version', { 'sec-websocket-version': '8' }],
  ['no key', { 'sec-websocket-key': undefined }],
  ['a key of another length', { 'sec-websocket-key': 'AAAA' }],
])('refuses %s', (_, changes) => {
  expect(() => acceptWebSocket({ method: 'GET', headers: headers(changes) })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_3206', status: 400 }),
  )
})

test('refuses another method, and two keys', () => {
  expect(() => acceptWebSocket({ method: 'POST', headers: headers({}) })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_3206' }),
  )
  const twice = [...headers({}), 'Sec-WebSocket-Key', good['sec-websocket-key']!]
  expect(() => acceptWebSocket({ method: 'GET', headers: twice })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_3206' }),
  )
})

test('asks about the origin if there is one', () => {
  const isOwn = (origin: string) => origin === 'https://a.example'
  const from = (origin?: string) => () => acceptWebSocket({ method: 'GET', headers: headers({ origin }) }, isOwn)
  expect(from()).not.toThrow()
  expect(from('https://a.example')).not.toThrow()
  expect(from('https://evil.example')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3213', status: 403 }))
})
