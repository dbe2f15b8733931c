import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type DecodedPacket, decode, encode } from 'dns-packet'
import { onTestFinished } from 'vitest'

type Records = Readonly<Record<string, { A?: readonly string[]; AAAA?: readonly string[] }>>

export interface DnsServer {
  /** `127.0.0.1:port` */
  readonly address: string
  /** `A name`, in order of arrival. */
  readonly queries: readonly string[]
}

/** A name server on loopback that knows `records`, or `'silent'`, and ends with the test. */
export async function startDnsServer(records: Records | 'silent'): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const queries: string[] = []
  socket.on('message', (bytes, peer) => {
    const query = decode(bytes)
    const [question] = query.questions ?? []
    queries.push(`${question?.type} ${question?.name}`)
    if (records !== 'silent') socket.send(answerTo(query, records), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())))
  return { address: `127.0.0.1:${socket.address().port}`, queries }
}

const NXDOMAIN = 3

/** What a name server answers, as bytes. */
export function answerTo(query: DecodedPacket, records: Records): Buffer {
  const [question] = query.questions ?? []
  if (!question) throw new Error('a query without a question')
  const { name } = question
  const type = question.type === 'AAAA' ? ('AAAA' as const) : ('A' as const)
  const known = records[name]
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags: known ? 0 : NXDOMAIN,
    questions: [question],
    answers: (known?.[type] ?? []).map((data) => ({ type, name, ttl: 60, data })),
  })
}
