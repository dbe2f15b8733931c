import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ACK, frameBytes, PING, SYN } from './raw-peer.ts'
import { clientWithRawPeer } from './sessions.ts'

const HOUR = 3_600_000

/** A client with a ping on its way, which the peer has not answered yet. */
async function clientThatPinged() {
  const peered = clientWithRawPeer({ keepAliveInterval: 10, keepAliveTimeout: 15 })
  peered.clock.advance(10_000)
  const { length } = await peered.peer.frame({ type: PING, flags: SYN })
  return { ...peered, answer: frameBytes(PING, ACK, 0, length) }
}

test('a session whose process slept reads what came meanwhile before it gives its peer up', async () => {
  const { client, clock, peer, answer, errors } = await clientThatPinged()
  clock.sleep(HOUR)
  expect(client.isClosed()).toBe(false)
  const answered = once(client, 'ping')
  peer.send(answer)
  await answered
  clock.advance(1000)
  expect(client.isClosed()).toBe(false)
  expect(errors).toEqual([])
})

test('a session whose process slept finds within a second that its peer is gone', async () => {
  const { client, clock, errors } = await clientThatPinged()
  clock.sleep(HOUR)
  clock.advance(999)
  expect(client.isClosed()).toBe(false)
  clock.advance(1)
  expect(client.isClosed()).toBe(true)
  await new Promise((resolve) => setImmediate(resolve))
  expect(errors).toMatchObject([{ code: 'ERR_YAMUX_KEEPALIVE_TIMEOUT' }])
})

test('a session that slept between two pings asks first', async () => {
  const { client, clock, peer } = clientWithRawPeer({ keepAliveInterval: 10, keepAliveTimeout: 15 })
  clock.sleep(HOUR)
  await peer.frame({ type: PING, flags: SYN })
  clock.advance(14_999)
  expect(client.isClosed()).toBe(false)
})

test('a peer is alive when it answers a ping in time', async () => {
  const { client, peer } = clientWithRawPeer()
  const alive = client.isAlive(500)
  const { length } = await peer.frame({ type: PING, flags: SYN })
  peer.send(frameBytes(PING, ACK, 0, length))
  expect(await alive).toBe(true)
})

test('a peer is alive when its answer is still behind other bytes', async () => {
  const { client, clock, peer } = clientWithRawPeer()
  const alive = client.isAlive(500)
  await peer.frame({ type: PING, flags: SYN })
  peer.send(frameBytes(PING, SYN, 0, 7))
  await peer.frame({ type: PING, flags: ACK })
  clock.advance(500)
  expect(await alive).toBe(true)
})

test('a peer that says nothing in time is not alive, and its session goes on', async () => {
  const { client, clock } = clientWithRawPeer()
  const alive = client.isAlive(500)
  clock.advance(500)
  expect(await alive).toBe(false)
  expect(client.isClosed()).toBe(false)
})

test('the peer of a session that is closed is not alive', async () => {
  const { client } = clientWithRawPeer()
  client.abort()
  expect(await client.isAlive(500)).toBe(false)
})
