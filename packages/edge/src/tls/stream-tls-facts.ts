import type { TLSSocket } from 'node:tls'

const MAX_SUBJECT_LENGTH = 512

/** What an agent is told of a connection whose TLS the edge has ended. */
export function streamTlsFacts(socket: TLSSocket) {
  // A policy can let certificates in that nobody has verified: those name nobody.
  const subject = socket.authorized ? socket.getPeerX509Certificate()?.subject : undefined
  return {
    ...(typeof socket.servername === 'string' && { serverName: socket.servername }),
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    ...(subject !== undefined && { clientSubject: subject.replaceAll('\n', ', ').slice(0, MAX_SUBJECT_LENGTH) }),
  }
}
