import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { CertificatePair, CertificateSource } from '../ports.ts'
import { CIPHERS } from './ciphers.ts'
import type { Termination } from './termination.ts'

/** Contexts made of the edge's own certificates for a wildcard endpoint that asks for client certificates. */
const MAX_CONTEXTS = 100

export interface TlsEndpointServerOptions {
  termination: Termination
  certificates: CertificateSource
  handshakeTimeoutMs: number
  /** ALPN, in the order of preference. Left out: none is spoken of. */
  protocols?: readonly string[] | undefined
  onSecure(socket: TLSSocket): void
  /** A handshake failed: the visitor has no certificate that is accepted, or is no TLS client. */
  onRefused(error: Error, socket: TLSSocket): void
}

type SniAnswer = (error: Error | null, context?: SecureContext) => void

/** Ends the TLS of one endpoint. It listens nowhere: the TLS port feeds it. */
export class TlsEndpointServer {
  readonly #server: Server
  readonly #termination: Termination
  readonly #certificates: CertificateSource
  readonly #contexts = new Map<string, SecureContext>()

  constructor({ termination, certificates, handshakeTimeoutMs, protocols, ...handlers }: TlsEndpointServerOptions) {
    this.#termination = termination
    this.#certificates = certificates
    const { pair, minVersion, clientCas } = termination
    this.#server = createServer({
      minVersion,
      ciphers: CIPHERS,
      handshakeTimeout: handshakeTimeoutMs,
      ...(protocols && { ALPNProtocols: [...protocols] }),
      ...(clientCas.length > 0 && clientCertificateOptions(clientCas)),
      // Without a certificate of its own beside the callback: Node before 24 would offer both.
      ...(pair ?? { SNICallback: (serverName: string, callback: SniAnswer) => this.#answerSni(serverName, callback) }),
    })
    this.#server.on('secureConnection', handlers.onSecure)
    this.#server.on('tlsClientError', (error, socket) => {
      handlers.onRefused(error, socket)
      socket.destroy()
    })
  }

  /** Takes over a TCP connection that has its whole ClientHello in front. */
  accept(socket: Socket): void {
    socket.allowHalfOpen = false
    this.#server.emit('connection', socket)
  }

  #answerSni(serverName: string, callback: SniAnswer): void {
    const name = serverName.toLowerCase()
    this.#contextFor(name).then(
      (context) => callback(context ? null : new Error(`no certificate for ${name}`), context),
      callback,
    )
  }

  async #contextFor(name: string): Promise<SecureContext | undefined> {
    if (this.#termination.clientCas.length === 0) return this.#certificates.contextFor(name)
    const pair = await this.#certificates.pairFor(name)
    return pair && this.#ownContext(pair)
  }

  /** With the endpoint's authorities instead of the host's: a context from elsewhere would take any certificate that those vouch for. */
  #ownContext(pair: CertificatePair): SecureContext {
    const key = pair.cert.toString()
    let context = this.#contexts.get(key)
    if (!context) {
      const { minVersion, clientCas } = this.#termination
      context = createSecureContext({ ...pair, minVersion, ...clientCertificateOptions(clientCas) })
      this.#contexts.set(key, context)
      if (this.#contexts.size > MAX_CONTEXTS) this.#contexts.delete(this.#contexts.keys().next().value as string)
    }
    return context
  }
}

/** No tickets: a resumed session brings no certificate, and so no proof that it would still be accepted. */
function clientCertificateOptions(clientCas: readonly string[]) {
  return {
    ca: [...clientCas],
    requestCert: true,
    rejectUnauthorized: true,
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}
