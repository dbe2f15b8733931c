import { X509Certificate } from 'node:crypto'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { TunnelError } from '@tunnel/protocol'
import { readCaFile } from '../ca-file.ts'

/** Whom an agent believes to be the edge: exactly one CA by its fingerprint, a PEM file of CAs, or the host's own roots. */
export type EdgeTrust = { caFingerprint: string } | { caFile: string } | { caPem: string | Buffer } | 'host'

/** TLS options that go with a {@link EdgeTrust}. A pinned CA is checked by {@link verifyPinnedCa} instead of by OpenSSL. */
export function tlsOptionsFor(trust: EdgeTrust): ConnectionOptions {
  if (trust === 'host') return {}
  if ('caPem' in trust) return { ca: trust.caPem }
  if ('caFile' in trust) return { ca: readCaFile(trust.caFile) }
  return { rejectUnauthorized: false }
}

/**
 * Checks, before a single byte of ours is sent, that the edge's certificate was signed by the pinned CA. The handshake has
 * already proved that the edge has the certificate's key. A pinned CA belongs to one edge, so that the name is not compared.
 * Gives the CA. Throws {@link TunnelError} 8003.
 */
export function verifyPinnedCa(socket: TLSSocket, caFingerprint: string, now: Date = new Date()): X509Certificate {
  const peer = socket.getPeerCertificate(true)
  if (!peer?.raw) throw new TunnelError(8003, 'the edge sent no certificate')
  const leaf = new X509Certificate(peer.raw)
  const ca = findPinned(peer, caFingerprint)
  if (!ca) {
    throw new TunnelError(
      8003,
      `the edge's certificate is not from the CA with fingerprint sha256:${caFingerprint}: wrong edge, or its CA was renewed; get a new connection string`,
    )
  }
  if (!ca.ca || !leaf.checkIssued(ca) || !leaf.verify(ca.publicKey)) {
    throw new TunnelError(8003, "the edge's certificate was not signed by the pinned CA")
  }
  if (now < new Date(leaf.validFrom) || now > new Date(leaf.validTo)) {
    throw new TunnelError(
      8003,
      `the edge's certificate is valid from ${leaf.validFrom} to ${leaf.validTo}, and now is ${now.toISOString()}: check the clock`,
    )
  }
  return ca
}

type PeerCertificate = ReturnType<TLSSocket['getPeerCertificate']> & { issuerCertificate?: PeerCertificate }

/** The CA among what the edge sent. The chain of a self-signed certificate ends in itself. */
function findPinned(peer: PeerCertificate, caFingerprint: string): X509Certificate | undefined {
  let current: PeerCertificate | undefined = peer.issuerCertificate
  for (let depth = 0; current?.raw && depth < 8; depth++) {
    const certificate = new X509Certificate(current.raw)
    if (certificate.fingerprint256.replaceAll(':', '').toLowerCase() === caFingerprint) return certificate
    if (current.issuerCertificate === current) return undefined
    current = current.issuerCertificate
  }
  return undefined
}
