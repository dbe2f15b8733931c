import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { resetSocket } from './reset-socket.ts'

/** An accepted connection whose peer does not read, and the peer. */
async function connection(): Promise<{ socket: Socket; peer: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  peer.on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.on('error', () => {})
  onTestFinished(() => {
    peer.destroy()
    server.close()
  })
  return { socket, peer }
}

test.each<[string, (socket: Socket) => void]>([
  ['as it is', () => {}],
  ['with bytes still to be sent', (socket) => socket.write(Buffer.alloc(8 * 1024 * 1024))],
  ['whose FIN waits behind bytes', (socket) => socket.end(Buffer.alloc(8 * 1024 * 1024))],
])('a connection %s is reset', async (_, before) => {
  const { socket, peer } = await connection()
  before(socket)
  const reset = once(peer, 'error')
  resetSocket(socket)
  await new Promise((resolve) => socket.once('close', resolve))
  expect(await reset).toMatchObject([{ code: 'ECONNRESET' }])
})

test('a connection whose FIN is just leaving is closed all the same', async () => {
  const { socket } = await connection()
  socket.end()
  resetSocket(socket)
  await new Promise((resolve) => socket.once('close', resolve))
  expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toHaveLength(1)
})
