import { expect, test } from 'vitest'
import { acceptWebSocket, type WebSocketUpgrade } from './handshake.ts'

const good: Record<string, string> = {
  host: 'a.example',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

function request(changes: Record<string, string | undefined>, head: Partial<WebSocketUpgrade> = {}): WebSocketUpgrade {
  const headers = Object.entries({ ...good, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [name, value],
  )
  return { method: 'GET', upgrade: 'WebSocket', framing: 'none', headers, ...head }
}

const ACCEPT = ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']
const notOne = expect.objectContaining({ code: 'ERR_TUNNEL_3206', status: 400 })

test('accepts the example of RFC 6455, also where WebSocket is one of several upgrades', () => {
  expect(acceptWebSocket(request({}))).toEqual(ACCEPT)
  expect(acceptWebSocket(request({}, { upgrade: 'foo, websocket' }))).toEqual(ACCEPT)
})

test.each([
  ['another version', { 'sec-websocket-version': '8' }],
  ['no key', { 'sec-websocket-key': undefined }],
  ['a key of another length', { 'sec-websocket-key': 'AAAA' }],
])('refuses %s', (_, changes) => {
  expect(() => acceptWebSocket(request(changes))).toThrow(notOne)
})

test.each<[string, Partial<WebSocketUpgrade>]>([
  ['no upgrade', { upgrade: undefined }],
  ['another upgrade', { upgrade: 'websocket2' }],
  ['another method', { method: 'POST' }],
  ['a body', { framing: 'length' }],
])('refuses %s', (_, head) => {
  expect(() => acceptWebSocket(request({}, head))).toThrow(notOne)
})

test('refuses two keys', () => {
  const { headers } = request({})
  const twice = [...headers, 'Sec-WebSocket-Key', good['sec-websocket-key']!]
  expect(() => acceptWebSocket(request({}, { headers: twice }))).toThrow(notOne)
})

test.each([
  ['mqtt', 'mqtt'],
  ['base64, binary', 'binary'],
  ['one , two', 'one'],
])('of the subprotocols %s it takes %s', (offered, taken) => {
  const accepted = acceptWebSocket(request({ 'sec-websocket-protocol': offered }))
  expect(accepted).toEqual([...ACCEPT, 'Sec-WebSocket-Protocol', taken])
})

test('asks about the origin if there is one', () => {
  const isOwn = (origin: string) => origin === 'https://a.example'
  const from = (origin?: string) => () => acceptWebSocket(request({ origin }), isOwn)
  expect(from()).not.toThrow()
  expect(from('https://a.example')).not.toThrow()
  expect(from('https://evil.example')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3213', status: 403 }))
})
