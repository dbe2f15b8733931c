import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls'

/** Both ends of a TCP connection over loopback. */
export async function tcpPair(): Promise<[Socket, Socket]> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  return [near, far]
}

const PSK = { identity: 'test', psk: Buffer.alloc(32, 7) }
const CIPHERS = 'PSK-AES128-GCM-SHA256'

/** Both ends of a TLS connection, by a shared key: no certificate is needed. */
export async function tlsPair(): Promise<[TLSSocket, TLSSocket]> {
  const server = createTlsServer({ ciphers: CIPHERS, maxVersion: 'TLSv1.2', pskCallback: () => PSK.psk })
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
