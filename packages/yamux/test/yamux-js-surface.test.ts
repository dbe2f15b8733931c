import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createDuplexPair, ManualClock } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { Client, Server, Stream } from '../src/index.ts'
import { readAll, settle, whenClosed } from './sessions.ts'

/** What yamux-js's users write: sessions that are piped, with its option names and units. */
function pipedPair(onStream: (stream: Stream) => void) {
  const lines: string[] = []
  const config = {
    acceptBacklog: 256,
    enableKeepAlive: false,
    keepAliveInterval: 30,
    connectionWriteTimeout: 10,
    maxStreamWindowSize: 256 * 1024,
    logger: (message: string) => lines.push(message),
  }
  const [near, far] = createDuplexPair()
  const client = new Client(config)
  const server = new Server(onStream, { ...config, logger: () => {} }).on('error', () => {})
  client.pipe(near).pipe(client)
  server.pipe(far).pipe(server)
  return { client, server, near, far, lines }
}

const echo = (stream: Stream) => {
  stream.on('data', (chunk: Buffer) => stream.write(chunk))
  stream.on('end', () => stream.end())
}

test('carries streams over piped sessions', async () => {
  const { client } = pipedPair(echo)
  const sent = Buffer.alloc(1_000_000, 'piped ')
  const streams = Array.from({ length: 5 }, () => client.open())
  for (const stream of streams) stream.end(sent)
  for (const received of await Promise.all(streams.map(readAll))) expect(received === sent.toString()).toBe(true)
})

test('carries streams over a piped socket', async () => {
  const listener = createServer((socket) => {
    const server = new Server(echo)
    server.pipe(socket).pipe(server)
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const client = new Client()
  client.pipe(socket).pipe(client)
  const stream = client.open()
  stream.end('over tcp')
  expect(await readAll(stream)).toBe('over tcp')
  const socketClosed = once(socket, 'close')
  client.close()
  await Promise.all([whenClosed(client), socketClosed])
  listener.close()
  await once(listener, 'close')
})

test('a piped session closes with its connection, and the connection with it', async () => {
  const { client, server, near, far } = pipedPair(echo)
  await settle()
  client.close()
  await Promise.all([whenClosed(client), whenClosed(server)])
  expect([client.isClosed(), server.isClosed()]).toEqual([true, true])
  await settle()
  expect([near.writableEnded, far.writableEnded]).toEqual([true, true])
})

test('a piped session reports what the peer does wrong, and ends the pipe', async () => {
  const { client, far, near, lines } = pipedPair(echo)
  const failed = once(client, 'error')
  far.write(Buffer.alloc(12, 9))
  expect((await failed)[0]).toMatchObject({ code: 'ERR_YAMUX_PROTOCOL' })
  expect(near.writableEnded).toBe(true)
  expect(lines).toEqual(['[ERR] yamux: closing: version 9 is not 0'])
})

test('a piped session without a reader writes nothing and leaves no timer', async () => {
  const clock = new ManualClock()
  const client = new Client({ clock })
  client.open().on('error', () => {})
  await settle()
  expect([client.readableLength, clock.pending]).toEqual([0, 0])
  client.close()
  await whenClosed(client)
  expect(clock.pending).toBe(0)
})

test('a closing piped session that nobody reads gives up after connectionWriteTimeout', async () => {
  const clock = new ManualClock()
  const client = new Client({ clock, connectionWriteTimeout: 5 })
  client.write(Buffer.alloc(0))
  client.write(Buffer.alloc(1))
  client.close()
  clock.advance(5000)
  await whenClosed(client)
  expect(clock.pending).toBe(0)
})

test('close with an error emits it, close again does nothing', async () => {
  const { client } = pipedPair(echo)
  const failed = once(client, 'error')
  client.close(new Error('why'))
  client.close()
  expect((await failed)[0]).toMatchObject({ message: 'why' })
})

test('streams have the names that yamux-js gives them', async () => {
  const { client } = pipedPair(echo)
  const stream = client.open()
  expect(stream).toBeInstanceOf(Stream)
  expect([stream.ID(), client.open().ID()]).toEqual([1, 3])
  stream.write('x')
  stream.close()
  expect(await readAll(stream)).toBe('x')
})

test('a session that is piped cannot be attached as well', async () => {
  const { client, near } = pipedPair(echo)
  await settle()
  expect(() => client.attach(near)).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_ATTACHED' }))
})
