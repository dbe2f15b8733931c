import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Socket as NetSocket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, startTcpServer } from '../../test/tls-server.ts'
import { connectFirst } from './connect-first.ts'

const never = new AbortController().signal

/** Attempts that a test decides about. */
function attempts() {
  const opened: { address: string; local: string | undefined; socket: Socket }[] = []
  const open = (address: string, _port: number, local: string | undefined): Socket => {
    const socket = new NetSocket()
    opened.push({ address, local, socket })
    return socket
  }
  return { opened, open }
}

test('takes turns between the families, the first one first', async () => {
  const { opened, open } = attempts()
  const addresses = ['2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.2', '192.0.2.3']
  const connecting = connectFirst(addresses, 443, never, { open })
  for (let index = 0; index < addresses.length; index++) opened[index]?.socket.emit('error', new Error(`no ${index}`))
  await expect(connecting).rejects.toThrow('no 0')
  expect(opened.map(({ address }) => address)).toEqual([
    '2001:db8::1',
    '192.0.2.1',
    '2001:db8::2',
    '192.0.2.2',
    '192.0.2.3',
  ])
})

test('begins the next attempt at once when one failed', async () => {
  const port = await startTcpServer(() => {})
  // Nothing listens at the second loopback address.
  const socket = await connectFirst(['127.0.0.2', '127.0.0.1'], port, never, { attemptDelayMs: 60_000 })
  onTestFinished(() => void socket.destroy())
  expect(socket.remoteAddress).toBe('127.0.0.1')
})

test('does not wait for an address that is silent, and lets go of it', async () => {
  const { opened, open } = attempts()
  const connecting = connectFirst(['2001:db8::1', '192.0.2.1'], 443, never, { open, attemptDelayMs: 1 })
  while (opened.length < 2) await new Promise((resolve) => setImmediate(resolve))
  opened[1]?.socket.emit('connect')
  expect(await connecting).toBe(opened[1]?.socket)
  expect(opened.map(({ socket }) => socket.destroyed)).toEqual([true, false])
})

test('an address that was slow may still win', async () => {
  const { opened, open } = attempts()
  const connecting = connectFirst(['2001:db8::1', '192.0.2.1'], 443, never, { open, attemptDelayMs: 1 })
  while (opened.length < 2) await new Promise((resolve) => setImmediate(resolve))
  opened[0]?.socket.emit('connect')
  expect(await connecting).toBe(opened[0]?.socket)
  expect(opened[1]?.socket.destroyed).toBe(true)
})

test('says how the first address failed', async () => {
  const port = await freePort()
  await expect(connectFirst(['127.0.0.1', '::1'], port, never)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    address: '127.0.0.1',
  })
})

test('stops when it is told to', async () => {
  const { opened, open } = attempts()
  const controller = new AbortController()
  const connecting = connectFirst(['192.0.2.1', '192.0.2.2'], 443, controller.signal, { open })
  const reason = new Error('the user left')
  controller.abort(reason)
  await expect(connecting).rejects.toBe(reason)
  expect(opened.map(({ socket }) => socket.destroyed)).toEqual([true])
})

test('leaves by the address that goes with the other end, and by no other', async () => {
  const { opened, open } = attempts()
  const localAddress = (remote: string): string | false => (remote.includes(':') ? false : '192.0.2.100')
  const connecting = connectFirst(['2001:db8::1', '192.0.2.1'], 443, never, { open, localAddress })
  opened[0]?.socket.emit('connect')
  await connecting
  expect(opened.map(({ address, local }) => [address, local])).toEqual([['192.0.2.1', '192.0.2.100']])
  await expect(connectFirst(['2001:db8::1'], 443, never, { localAddress })).rejects.toThrow('no address to leave by')
})

test('leaves by the address that it is told', async () => {
  const port = await startTcpServer((socket) => socket.end(String(socket.remoteAddress)))
  const socket = await connectFirst(['127.0.0.1'], port, never, { localAddress: () => '127.0.0.3' })
  const [text] = (await once(socket, 'data')) as [Buffer]
  expect(text.toString()).toBe('127.0.0.3')
  socket.destroy()
})

test('a connection that breaks before somebody takes it over breaks nothing else', async () => {
  const { opened, open } = attempts()
  const connecting = connectFirst(['192.0.2.1'], 443, never, { open })
  opened[0]?.socket.emit('connect')
  await connecting
  expect(() => opened[0]?.socket.emit('error', new Error('reset'))).not.toThrow()
})
