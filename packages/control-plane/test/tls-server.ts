import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ConnectionOptions, connect, createServer, type DetailedPeerCertificate } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { EdgeCertificates } from '../src/index.ts'

/** A TLS server that uses a certificate source the way an edge does, and answers any request. */
export async function serveTls(certificates: EdgeCertificates): Promise<number> {
  const server = createServer(
    {
      ...certificates.fallback,
      SNICallback: (serverName, callback) => {
        void Promise.resolve(certificates.contextFor(serverName)).then(
          (context) => callback(context ? null : new Error(`no certificate for ${serverName}`), context),
          callback,
        )
      },
    },
    (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello'))
    },
  )
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

export interface Answer {
  keyType: string | undefined
  /** Of every certificate that the server sent, the leaf first; lowercase hex. */
  fingerprints: string[]
  names: string
}

/** Handshakes and tells what certificate came. Rejects when the handshake fails, or with `ca` when it is not to be trusted. */
export async function handshake(port: number, options: ConnectionOptions = {}): Promise<Answer> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: options.ca !== undefined, ...options })
  try {
    await once(socket, 'secureConnect')
    const sent = socket.getPeerCertificate(true)
    const leaf = new X509Certificate(sent.raw)
    return {
      keyType: leaf.publicKey.asymmetricKeyType,
      fingerprints: chainOf(sent),
      names: leaf.subjectAltName ?? '',
    }
  } finally {
    socket.destroy()
  }
}

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const fingerprints: string[] = []
  for (let at: DetailedPeerCertificate | undefined = leaf; at; at = at.issuerCertificate) {
    const fingerprint = at.fingerprint256.replaceAll(':', '').toLowerCase()
    if (fingerprints.includes(fingerprint)) break
    fingerprints.push(fingerprint)
  }
  return fingerprints
}
