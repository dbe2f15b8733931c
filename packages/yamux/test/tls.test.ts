import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { connect as connectTls, createSecureContext, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { Client, Server, type Stream } from '../src/index.ts'

const PSK = { identity: 'test', psk: Buffer.alloc(32, 7) }
const CIPHERS = 'PSK-AES128-GCM-SHA256'

/** Both ends of a TLS connection, by a shared key: no certificate is needed. */
async function tlsPair(): Promise<[TLSSocket, TLSSocket]> {
  const server = createServer({ ciphers: CIPHERS, maxVersion: 'TLSv1.2', pskCallback: () => PSK.psk })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const client = connectTls({
    socket,
    ciphers: CIPHERS,
    maxVersion: 'TLSv1.2',
    pskCallback: () => PSK,
    checkServerIdentity: () => undefined,
    secureContext: createSecureContext({ ciphers: CIPHERS, maxVersion: 'TLSv1.2' }),
  })
  const [far] = await accepted
  server.close()
  return [client, far]
}

test('over TLS, where parts are joined in buffers that are used again, every stream carries its own bytes', async () => {
  const [near, far] = await tlsPair()
  const received = new Map<number, ReturnType<typeof createHash>>()
  let ended = 0
  const done = new Promise<void>((resolve) => {
    const server = new Server((stream: Stream) => {
      const hash = createHash('sha256')
      received.set(stream.id, hash)
      stream.on('data', (chunk: Buffer) => hash.update(chunk))
      stream.on('end', () => {
        stream.end()
        if (++ended === 20) resolve()
      })
    })
    server.attach(far)
  })
  const client = new Client()
  client.attach(near)
  const sent = new Map<number, string>()
  for (let i = 0; i < 20; i++) {
    const stream = client.open()
    stream.resume()
    const hash = createHash('sha256')
    for (let n = 0; n < 30; n++) {
      const chunk = Buffer.alloc(1000 + n * 1777, i * 31 + n)
      hash.update(chunk)
      stream.write(chunk)
    }
    stream.end()
    sent.set(stream.id, hash.digest('hex'))
  }
  await done
  for (const [id, digest] of sent) expect(received.get(id)?.digest('hex')).toBe(digest)
  await client.close()
})
