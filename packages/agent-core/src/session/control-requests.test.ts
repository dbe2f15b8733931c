import { type AgentMessage, type EdgeMessage, encodeMessage, MessageDecoder, type TunnelError } from '@tunnel/protocol'
import { createDuplexPair } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { Queue } from '../../test/queue.ts'
import { ControlRequests } from './control-requests.ts'

function controlPair() {
  const [near, far] = createDuplexPair()
  const sent = new Queue<AgentMessage>()
  const heard = new Queue<EdgeMessage>()
  const faults = new Queue<TunnelError>()
  const requests = new ControlRequests(
    near,
    (message) => heard.push(message),
    (error) => faults.push(error),
  )
  const decoder = new MessageDecoder((value) => sent.push(value as AgentMessage))
  far.on('data', (chunk: Buffer) => decoder.write(chunk))
  const say = (...messages: object[]) =>
    far.write(Buffer.concat(messages.map((one) => encodeMessage(one as EdgeMessage))))
  return { requests, sent, heard, faults, say, far }
}

const endpoint = { protocol: 'https', upstream: { url: 'http://localhost:80' } }
const boundTo = (id: number, endpointId: string) => ({
  type: 'bound',
  id,
  endpoint: { id: endpointId, url: 'https://a.example', protocol: 'https', token: 't' },
})

test('gives each request its own answer, in whatever order they come', async () => {
  const { requests, sent, say } = controlPair()
  const first = requests.request({ type: 'bind', endpoint })
  const second = requests.request({ type: 'unbind', endpointId: 'ep_0' })
  expect([await sent.next(), await sent.next()]).toEqual([
    { type: 'bind', id: 1, endpoint },
    { type: 'unbind', id: 2, endpointId: 'ep_0' },
  ])
  say({ type: 'done', id: 2 }, boundTo(1, 'ep_1'))
  expect(await second).toEqual({ type: 'done', id: 2 })
  expect(await first).toMatchObject({ endpoint: { id: 'ep_1' } })
})

test('tells of the answer before anything that came after it', async () => {
  const { requests, heard, say } = controlPair()
  const order: string[] = []
  const answered = requests.request({ type: 'bind', endpoint }, () =>
    order.push(`answer before ${heard.length} messages`),
  )
  say(boundTo(1, 'ep_1'), { type: 'stop', id: 7 })
  await answered
  expect(await heard.next()).toEqual({ type: 'stop', id: 7 })
  expect(order).toEqual(['answer before 0 messages'])
})

test('rejects a request that failed with what the edge said', async () => {
  const { requests, say } = controlPair()
  const answer = requests.request({ type: 'bind', endpoint })
  say({ type: 'failed', id: 1, error: { code: 'ERR_TUNNEL_334', message: 'taken', retryable: true } })
  await expect(answer).rejects.toMatchObject({ code: 'ERR_TUNNEL_334', message: 'taken', retryable: true })
})

test('rejects a request that the edge does not know', async () => {
  const { requests, say } = controlPair()
  const answer = requests.request({ type: 'update', endpointId: 'ep_1', endpoint: {} })
  say({ type: 'unsupported', id: 1, messageType: 'update' })
  await expect(answer).rejects.toMatchObject({ code: 'ERR_TUNNEL_813', message: expect.stringContaining('update') })
})

test('rejects what waits, and what comes later, when the session is over', async () => {
  const { requests } = controlPair()
  const waiting = requests.request({ type: 'bind', endpoint })
  requests.lose()
  const lost = { code: 'ERR_TUNNEL_810', retryable: true }
  await expect(waiting).rejects.toMatchObject(lost)
  await expect(requests.request({ type: 'bind', endpoint })).rejects.toMatchObject(lost)
})

test('rejects a request that is too large to send, and goes on', async () => {
  const { requests, say } = controlPair()
  const huge = requests.request({ type: 'bind', endpoint: { ...endpoint, trafficPolicy: 'x'.repeat(1024 * 1024) } })
  await expect(huge).rejects.toMatchObject({ code: 'ERR_TUNNEL_812' })
  const next = requests.request({ type: 'unbind', endpointId: 'ep_1' })
  say({ type: 'done', id: 2 })
  await next
})

test('ignores an answer that nobody waits for', async () => {
  const { heard, faults, say } = controlPair()
  say({ type: 'done', id: 99 }, { type: 'unsupported', messageType: 'dance' }, { type: 'stop', id: 1 })
  expect(await heard.next()).toEqual({ type: 'stop', id: 1 })
  expect([heard.length, faults.length]).toEqual([0, 0])
})

test('answers a message that it does not know', async () => {
  const { sent, heard, say } = controlPair()
  say({ type: 'dance', id: 4 })
  expect(await sent.next()).toEqual({ type: 'unsupported', messageType: 'dance', id: 4 })
  expect(heard.length).toBe(0)
})

test.each([
  ['bytes that are no message', Buffer.from('ffffffff', 'hex'), 812],
  ['a message of the wrong shape', encodeMessage({ type: 'stop' } as unknown as EdgeMessage), 801],
])('reports %s once, and reads no more', async (_what, bytes, number) => {
  const { faults, heard, far, say } = controlPair()
  far.write(bytes)
  expect(await faults.next()).toMatchObject({ code: `ERR_TUNNEL_${number}` })
  say({ type: 'stop', id: 1 })
  await new Promise((resolve) => setImmediate(resolve))
  expect([faults.length, heard.length]).toEqual([0, 0])
})

test('sends nothing after its goodbye', async () => {
  const { requests, sent, far } = controlPair()
  requests.end()
  requests.send({ type: 'done', id: 1 })
  await new Promise((resolve) => far.once('end', resolve))
  expect(sent.length).toBe(0)
})
