import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { CertificateFacts, TlsFacts } from '@tunnel/traffic-policy'
import { certificateFacts } from './certificate-facts.ts'
import type { HelloFacts } from './connection-policies.ts'

/** What `conn.tls` is: of a finished handshake, else of the ClientHello; `undefined` where there is neither. */
export function tlsFactsOf(socket: TLSSocket | undefined, hello: HelloFacts | undefined): TlsFacts | undefined {
  if (!socket) return hello
  return {
    version: socket.getProtocol()?.replace('TLSv', '') ?? '',
    cipherSuite: socket.getCipher()?.standardName ?? '',
    sni: typeof socket.servername === 'string' ? socket.servername : '',
    alpn: socket.alpnProtocol || '',
    ...(hello?.ja4Fingerprint !== undefined && { ja4Fingerprint: hello.ja4Fingerprint }),
    client: () => remembered(socket.getPeerX509Certificate()),
    server: () => remembered(socket.getX509Certificate()),
  }
}

const facts = new WeakMap<X509Certificate, CertificateFacts>()

/** Rules mostly ask for several members of one certificate. */
function remembered(certificate: X509Certificate | undefined): CertificateFacts | undefined {
  if (!certificate) return undefined
  let known = facts.get(certificate)
  if (!known) {
    known = certificateFacts(certificate)
    facts.set(certificate, known)
  }
  return known
}
