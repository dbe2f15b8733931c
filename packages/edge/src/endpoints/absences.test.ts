import type { TunnelError } from '@tunnel/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AgentSession, AgentStream, StreamReceiver } from '../agent-session.ts'
import { Absences } from './absences.ts'
import type { Endpoint } from './endpoint.ts'

const GRACE_MS = 3000
const HEADER = { endpointId: 'ep_lost', protocol: 'http', visitorAddress: '127.0.0.1:1' } as const

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** What a visitor hears. */
class Receiver implements StreamReceiver {
  readonly heard: string[] = []

  onStreamData(chunk: Buffer): void {
    this.heard.push(chunk.toString())
  }
  onStreamEnd(): void {
    this.heard.push('end')
  }
  onStreamDrain(): void {
    this.heard.push('drain')
  }
  onStreamClose(error: TunnelError | undefined): void {
    this.heard.push(error?.code ?? 'closed')
  }
}

/** An agent that is back, and what it is sent. */
function endpointThatRecords(fields: Partial<Endpoint> = {}): { endpoint: Endpoint; calls: string[] } {
  const calls: string[] = []
  const record = (name: string) => (): void => void calls.push(name)
  const stream: AgentStream = {
    write: (data) => {
      calls.push(String(data))
      return true
    },
    writeMessage: (data) => stream.write(data),
    end: record('end'),
    destroy: record('destroy'),
    pause: record('pause'),
    resume: record('resume'),
  }
  const session = {
    openStream: (header: { endpointId: string }) => {
      calls.push(header.endpointId)
      return stream
    },
  } as unknown as AgentSession
  const endpoint = {
    id: 'ep_back',
    scheme: 'http',
    host: 'a.test',
    url: 'http://a.test',
    session,
    ...fields,
  } as Endpoint
  return { endpoint, calls }
}

function absencesOf(options: { maxWaiting?: number; graceMs?: number } = {}) {
  const over: Endpoint[] = []
  const absences = new Absences({
    graceMs: GRACE_MS,
    maxWaiting: 10,
    onOver: (standIn) => over.push(standIn),
    ...options,
  })
  const { endpoint: lost } = endpointThatRecords({ id: 'ep_lost' })
  const ask = (host = 'a.test') => {
    const receiver = new Receiver()
    const stream = absences.match('http', host)?.session.openStream(HEADER, receiver)
    return { receiver, stream }
  }
  return { absences, lost, over, ask }
}

test('a request that waits goes on, whole and in order, when its endpoint is back', () => {
  const { absences, lost, over, ask } = absencesOf()
  absences.begin(lost)
  const { stream } = ask()
  stream?.write('head')
  stream?.write(Buffer.from('body'))
  stream?.end()
  const { endpoint, calls } = endpointThatRecords()
  absences.end(endpoint)
  stream?.resume()
  expect(calls).toEqual(['ep_back', 'head', 'body', 'end', 'resume'])
  expect(absences.waitingCount).toBe(0)
  expect(absences.match('http', 'a.test')).toBeUndefined()
  expect(over).toHaveLength(1)
})

test('a message that waits is as it was when it was written', () => {
  const { absences, lost, ask } = absencesOf()
  absences.begin(lost)
  const { stream } = ask()
  const head = Buffer.from('head')
  expect(stream?.writeMessage(head)).toBe(true)
  head.fill('x')
  const { endpoint, calls } = endpointThatRecords()
  absences.end(endpoint)
  expect(stream?.writeMessage('next')).toBe(true)
  expect(calls).toEqual(['ep_back', 'head', 'next'])
})

test('a request that waits is given up with 3200 when the grace is over', () => {
  const { absences, lost, over, ask } = absencesOf()
  absences.begin(lost)
  vi.advanceTimersByTime(GRACE_MS - 1)
  const { receiver } = ask()
  vi.advanceTimersByTime(1)
  expect(receiver.heard).toEqual(['ERR_TUNNEL_3200'])
  expect(absences.waitingCount).toBe(0)
  expect(over).toHaveLength(1)
})

test('the grace begins with the loss, so that a request later on does not wait', () => {
  const { absences, lost } = absencesOf()
  absences.begin(lost)
  vi.advanceTimersByTime(GRACE_MS)
  expect(absences.match('http', 'a.test')).toBeUndefined()
})

test('a second loss within the grace does not begin it anew', () => {
  const { absences, lost } = absencesOf()
  absences.begin(lost)
  vi.advanceTimersByTime(GRACE_MS - 1)
  absences.begin(lost)
  vi.advanceTimersByTime(1)
  expect(absences.match('http', 'a.test')).toBeUndefined()
})

test('a wildcard that is away takes the names below it, and no other scheme', () => {
  const { absences, lost, ask } = absencesOf()
  absences.begin({ ...lost, host: '*.w.test' })
  expect(ask('deep.below.w.test').stream).toBeDefined()
  expect(absences.match('https', 'x.w.test')).toBeUndefined()
  expect(absences.match('http', 'w.test')).toBeUndefined()
  absences.close()
})

test('a visitor that holds too much is told to wait, and to go on later', () => {
  const { absences, lost, ask } = absencesOf()
  absences.begin(lost)
  const { receiver, stream } = ask()
  expect(stream?.write(Buffer.alloc(64 * 1024 - 1))).toBe(true)
  expect(stream?.write('x')).toBe(false)
  absences.end(endpointThatRecords().endpoint)
  expect(receiver.heard).toEqual(['drain'])
})

test('a visitor that leaves while it waits leaves nothing', async () => {
  const { absences, lost, ask } = absencesOf({ maxWaiting: 1 })
  absences.begin(lost)
  const { receiver, stream } = ask()
  expect(absences.match('http', 'a.test')).toBeUndefined()
  stream?.destroy()
  stream?.destroy()
  expect(absences.waitingCount).toBe(0)
  expect(absences.match('http', 'a.test')).toBeDefined()
  const { endpoint, calls } = endpointThatRecords()
  absences.end(endpoint)
  await new Promise((resolve) => process.nextTick(resolve))
  expect(calls).toEqual([])
  expect(receiver.heard).toEqual(['closed'])
})

test('no more requests wait than may', () => {
  const { absences, lost, ask } = absencesOf({ maxWaiting: 2 })
  absences.begin(lost)
  expect([ask(), ask(), ask()].filter(({ stream }) => stream)).toHaveLength(2)
  absences.close()
})

test('an endpoint that is back with another Host for its upstream does not get heads written for the old one', () => {
  const { absences, lost, ask } = absencesOf()
  absences.begin(lost)
  const { receiver, stream } = ask()
  stream?.write('head')
  const { endpoint, calls } = endpointThatRecords({ hostHeader: 'other.test' })
  absences.end(endpoint)
  expect(receiver.heard).toEqual(['ERR_TUNNEL_3210'])
  expect(calls).toEqual([])
})

describe('nobody is waited for', () => {
  test('without a grace', () => {
    const { absences, lost } = absencesOf({ graceMs: 0 })
    absences.begin(lost)
    expect(absences.match('http', 'a.test')).toBeUndefined()
  })

  test('at a tcp port', () => {
    const { absences, lost } = absencesOf()
    absences.begin({ ...lost, scheme: 'tcp' })
    expect(absences.match('http', 'a.test')).toBeUndefined()
  })

  test('once the edge closes', () => {
    const { absences, lost, ask } = absencesOf()
    absences.begin(lost)
    const { receiver } = ask()
    absences.close()
    absences.begin(lost)
    expect(receiver.heard).toEqual(['ERR_TUNNEL_3200'])
    expect(absences.match('http', 'a.test')).toBeUndefined()
  })
})

test('nobody waits for an internal endpoint: no visitor can mean it', () => {
  const { absences, lost } = absencesOf()
  absences.begin({ ...lost, binding: 'internal', host: 'a.internal' })
  expect(absences.match('http', 'a.internal')).toBeUndefined()
})
