import { PassThrough } from 'node:stream'
import type { Stream } from '@tunnel/yamux'
import { expect, test } from 'vitest'
import { visitorSocket } from './visitor-socket.ts'

const socketOf = (visitorAddress: string, first = Buffer.alloc(0)) =>
  // A stream of yamux is a duplex, and nothing else of it is used.
  visitorSocket(new PassThrough() as unknown as Stream, { endpointId: 'ep_1', protocol: 'raw', visitorAddress }, first)

test.each([
  ['203.0.113.7:40000', '203.0.113.7', 40_000],
  ['[2001:db8::1]:40000', '2001:db8::1', 40_000],
  ['[::ffff:203.0.113.7]:1', '::ffff:203.0.113.7', 1],
  ['203.0.113.7', '203.0.113.7', 0],
  ['2001:db8::1', '2001:db8::1', 0],
  ['::1', '::1', 0],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7', 0],
  ['', '', 0],
])('of %j has the address %s and the port %i', (visitorAddress, remoteAddress, remotePort) => {
  const { remoteAddress: address, remotePort: port, header } = socketOf(visitorAddress)
  expect([address, port, header.visitorAddress]).toEqual([remoteAddress, remotePort, visitorAddress])
})

test('gives the bytes that came with the header before all others', () => {
  const socket = socketOf('203.0.113.7:1', Buffer.from('first '))
  socket.write('then')
  expect(String(socket.read())).toBe('first then')
})

test('takes what servers ask of a socket of node:net', () => {
  const socket = socketOf('203.0.113.7:1')
  expect(socket.setTimeout().setNoDelay().setKeepAlive().ref().unref()).toBe(socket)
})
