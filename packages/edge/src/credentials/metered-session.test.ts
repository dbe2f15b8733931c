import { expect, test } from 'vitest'
import type { AgentSession, AgentStream, StreamReceiver } from '../agent-session.ts'
import type { CredentialUse } from './credential-use.ts'
import { meteredSession } from './metered-session.ts'

test('counts bytes, and consumes as the receiver behind it does', () => {
  const inner: StreamReceiver[] = []
  const stream = { write: () => true, writeMessage: () => false } as unknown as AgentStream
  const session = {
    openStream: (_header: unknown, receiver: StreamReceiver) => {
      inner.push(receiver)
      return stream
    },
  } as unknown as AgentSession
  let bytes = 0
  const use = {
    onBytes: (count: number) => {
      bytes += count
    },
  } as unknown as CredentialUse
  const header = { endpointId: 'ep_1', protocol: 'raw', visitorAddress: '', localAddress: '' } as const
  let consumesAtOnce = true
  const chunks: string[] = []
  const outer = meteredSession(session, use).openStream(header, {
    get consumesAtOnce() {
      return consumesAtOnce
    },
    onStreamData: (chunk) => void chunks.push(`${chunk}`),
    onStreamEnd: () => {},
    onStreamDrain: () => {},
    onStreamClose: () => {},
  })
  expect(inner[0]?.consumesAtOnce).toBe(true)
  consumesAtOnce = false
  expect(inner[0]?.consumesAtOnce).toBe(false)
  inner[0]?.onStreamData(Buffer.from('down'))
  outer.write('up')
  expect(chunks).toEqual(['down'])
  expect(bytes).toBe(6)
  expect(outer.writeMessage('whole')).toBe(false)
  expect(bytes).toBe(11)
})
