import { STREAM_ACCEPTED } from '@tunnel/protocol'
import { createDuplexPair } from '@tunnel/testkit'
import { Client, Server, type Stream } from '@tunnel/yamux'
import { expect, onTestFinished, test } from 'vitest'
import type { StreamReceiver } from '../agent-session.ts'
import { NativeStream } from './native-stream.ts'

const header = {
  endpointId: 'ep_1',
  protocol: 'raw',
  visitorAddress: '127.0.0.1:1',
  localAddress: '127.0.0.1:2',
} as const

/** A stream as the edge has it, and the agent's end of it. */
async function openedStream(receiver: Pick<StreamReceiver, 'consumesAtOnce'>) {
  const [near, far] = createDuplexPair()
  const agent = new Client({ enableKeepAlive: false })
  const edge = new Server(undefined, { enableKeepAlive: false })
  for (const session of [agent, edge]) session.on('error', () => {})
  onTestFinished(() => {
    agent.abort()
    edge.abort()
  })
  const taken = new Promise<Stream>((resolve) => agent.once('stream', resolve))
  agent.attach(near)
  edge.attach(far)
  let heard = (): void => {}
  const stream = new NativeStream(edge.open(), header, {
    onStreamData: () => heard(),
    onStreamEnd: () => {},
    onStreamDrain: () => {},
    onStreamClose: () => {},
    get consumesAtOnce() {
      return receiver.consumesAtOnce === true
    },
  })
  const agentsEnd = await taken
  agentsEnd.on('error', () => {})
  return { stream, agentsEnd, data: () => new Promise<void>((resolve) => (heard = resolve)) }
}

test('is read as its receiver consumes, once the reply that its decoder may keep is there', async () => {
  let consumesAtOnce = true
  const { stream, agentsEnd, data } = await openedStream({
    get consumesAtOnce() {
      return consumesAtOnce
    },
  })
  expect(stream.consumesAtOnce).toBe(false)
  const first = data()
  agentsEnd.write(Buffer.concat([STREAM_ACCEPTED, Buffer.from('hello')]))
  await first
  expect(stream.consumesAtOnce).toBe(true)
  consumesAtOnce = false
  expect(stream.consumesAtOnce).toBe(false)
})

test('of a receiver that says nothing keeps what it gives', async () => {
  const { stream, agentsEnd, data } = await openedStream({})
  const first = data()
  agentsEnd.write(Buffer.concat([STREAM_ACCEPTED, Buffer.from('hello')]))
  await first
  expect(stream.consumesAtOnce).toBe(false)
})
