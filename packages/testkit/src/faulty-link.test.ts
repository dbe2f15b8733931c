import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createFaultyLink } from './faulty-link.ts'

/** A server that echoes, and a client of it, with a link between them. */
async function linked() {
  const accepted: Socket[] = []
  const server = createServer((socket) => accepted.push(socket.on('error', () => {}).pipe(socket)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const link = await createFaultyLink({ port: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await link.close()
    server.close()
    for (const socket of accepted) socket.destroy()
  })
  const open = async (): Promise<Socket> => {
    const client = connect(link.port, '127.0.0.1').on('error', () => {})
    onTestFinished(() => void client.destroy())
    await once(client, 'connect')
    return client
  }
  return { link, accepted, open }
}

async function echoOf(client: Socket, text: string): Promise<string> {
  client.write(text)
  return String((await once(client, 'data'))[0])
}

test('passes bytes both ways, and ends', async () => {
  const { link, open } = await linked()
  const client = await open()
  expect(await echoOf(client, 'hello')).toBe('hello')
  client.end()
  client.resume()
  await once(client, 'close')
  await expect.poll(() => link.openCount).toBe(0)
})

test('that is frozen passes nothing until it is thawed', async () => {
  const { link, open } = await linked()
  const [first, second] = [await open(), await open()]
  await echoOf(first, 'a')
  await echoOf(second, 'a')
  link.freeze()
  const heard: string[] = []
  first.on('data', (chunk) => heard.push(String(chunk)))
  first.write('late')
  const third = await open()
  third.write('also late')
  expect(heard).toEqual([])
  link.thaw()
  expect(String((await once(third, 'data'))[0])).toBe('also late')
  await expect.poll(() => heard).toEqual(['late'])
})

test('that is abandoned is dead for ever, and another one comes from elsewhere', async () => {
  const { link, open, accepted } = await linked()
  const old = await open()
  await echoOf(old, 'a')
  link.abandon()
  link.thaw()
  link.comeFrom('127.0.0.2')
  const heard: string[] = []
  old.on('data', (chunk) => heard.push(String(chunk)))
  old.write('lost')
  expect(await echoOf(await open(), 'b')).toBe('b')
  expect(accepted[1]?.remoteAddress).toBe('127.0.0.2')
  expect(heard).toEqual([])
})
