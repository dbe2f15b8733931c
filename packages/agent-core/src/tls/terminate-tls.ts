import { AsyncLocalStorage } from 'node:async_hooks'
import { constants, createPrivateKey, X509Certificate } from 'node:crypto'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { STREAM_ACCEPTED, type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import type { StreamHandler } from '../listener.ts'
import { asStream } from './as-stream.ts'
import type { AgentTermination } from './tls-plan.ts'

/** From a visitor's first bytes to the end of its handshake. The edge has the same bound (reference edge-and-api.md §2.2). */
const HANDSHAKE_TIMEOUT_MS = 60_000

/**
 * Ends the visitors' TLS before `handle` gets their streams. Changed files count from the next visitor on; while they cannot be
 * used, what was read before does. Throws {@link TunnelError} 14001 or 14002 for what cannot be used now.
 */
export function terminateTls(termination: AgentTermination, handle: StreamHandler): StreamHandler {
  const server = createServer({
    ...contextOptions(termination),
    ...clientCertificateOptions(termination),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  })
  // The server says whose handshake is over by the TLS socket alone; the header of its stream is found by where it was begun.
  const current = new AsyncLocalStorage<Handshake>()
  server.on('secureConnection', (socket) => {
    const { header, done } = current.getStore() as Handshake
    done()
    current.exit(() => handle(asStream(socket), { ...header, protocol: 'raw', tls: factsOf(socket) }, Buffer.alloc(0)))
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  const refresh = refresher(termination, server)
  return (stream, header, first) => {
    refresh()
    stream.write(STREAM_ACCEPTED)
    stream.on('error', () => {})
    stream.pause()
    if (first.length > 0) stream.unshift(first)
    current.run({ header, done: endGently(stream) }, () => server.emit('connection', stream))
  }
}

interface Handshake {
  readonly header: StreamHeader
  /** It succeeded. */
  done(): void
}

/** How long the alert of a failed handshake may travel. */
const ALERT_GRACE_MS = 2000

/** Until told that the handshake is done, makes `destroy` of a stream an end: a reset would take away the alert that says what failed. */
function endGently(stream: Stream): () => void {
  const restore = (): void => void Reflect.deleteProperty(stream, 'destroy')
  stream.destroy = () => {
    restore()
    stream.end()
    stream.resume()
    const timer = setTimeout(() => stream.destroy(), ALERT_GRACE_MS).unref()
    stream.once('close', () => clearTimeout(timer))
    return stream
  }
  return restore
}

function refresher(termination: AgentTermination, server: Server): () => void {
  const { certificate, key, clientCas } = termination
  let warning = ''
  return () => {
    try {
      // Each of them: the mark of one that was not asked would be stale.
      const changed = [certificate, key, ...clientCas].map((source) => source.refresh())
      if (changed.includes(true)) server.setSecureContext(contextOptions(termination))
    } catch (cause) {
      const { message } = TunnelError.from(cause)
      // Once, not for each visitor.
      if (message !== warning) {
        const details = { type: 'TunnelWarning', code: 'TUNNEL_CERTIFICATE_UNUSABLE' }
        process.emitWarning(`${message}; what was read before stays in use`, details)
      }
      warning = message
    }
  }
}

function contextOptions({ certificate, key, clientCas, minVersion }: AgentTermination) {
  assertPair(certificate.text, key.text, certificate.name)
  for (const { text, name } of clientCas) assertAuthority(text, name)
  return {
    cert: certificate.text,
    key: key.text,
    minVersion,
    // No tickets: a resumed session brings no certificate, and so no proof that it would still be accepted.
    ...(clientCas.length > 0 && { ca: clientCas.map(({ text }) => text), secureOptions: constants.SSL_OP_NO_TICKET }),
  }
}

function clientCertificateOptions({ clientCas }: AgentTermination) {
  return clientCas.length > 0 ? { requestCert: true, rejectUnauthorized: true } : {}
}

function assertPair(certificate: string, key: string, name: string): void {
  let isPair: boolean
  try {
    isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw new TunnelError(14001, `${name}: not a certificate in PEM with a private key that has no passphrase`, {
      cause,
    })
  }
  if (!isPair) throw new TunnelError(14001, `${name}: the private key is not that of the first certificate`)
}

function assertAuthority(text: string, name: string): void {
  let authority: X509Certificate
  try {
    authority = new X509Certificate(text)
  } catch (cause) {
    throw new TunnelError(14002, `${name}: not a certificate in PEM`, { cause })
  }
  if (!authority.ca) throw new TunnelError(14002, `${name}: not the certificate of an authority`)
}

const MAX_SUBJECT_LENGTH = 512

function factsOf(socket: TLSSocket & { servername?: string | false | null }): NonNullable<StreamHeader['tls']> {
  const subject = socket.getPeerX509Certificate()?.subject
  return {
    ...(socket.servername && { serverName: socket.servername }),
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    ...(subject !== undefined && { clientSubject: subject.replaceAll('\n', ', ').slice(0, MAX_SUBJECT_LENGTH) }),
  }
}
