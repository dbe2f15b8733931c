import type { Socket } from 'node:net'
import { createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import { AGENT_ALPN } from '@tunnel/protocol'
import type { EdgeLimits } from './limits.ts'
import type { CertificateSource } from './ports.ts'
import { CIPHERS } from './tls/ciphers.ts'
import { type SecuredFor, securedFor } from './tls/secured-for.ts'

export interface TlsHandlers {
  onAgent(socket: TLSSocket): void
  onHttp2(socket: TLSSocket, secured: SecuredFor): void
  onHttp1(socket: TLSSocket, secured: SecuredFor): void
  /** A handshake failed. */
  onRefused?(): void
}

/** Visitors' ALPN in the edge's order (reference §2.1). */
export const VISITOR_PROTOCOLS = ['h2', 'http/1.1'] as const

const HANDSHAKE = { minVersion: 'TLSv1.2', ciphers: CIPHERS } as const

const FALLBACK_RENEWAL_MS = 60 * 60 * 1000

/**
 * The TLS port: visitors and agents arrive on the same one and ALPN tells them apart. It only terminates TLS;
 * whoever accepts connections feeds it.
 */
export class TlsTerminator {
  readonly #server: Server
  readonly #handlers: TlsHandlers
  readonly #renewal: NodeJS.Timeout

  constructor(certificates: CertificateSource, edgeHost: string, limits: EdgeLimits, handlers: TlsHandlers) {
    this.#handlers = handlers
    this.#server = createServer({
      ...certificates.fallback,
      ...HANDSHAKE,
      handshakeTimeout: limits.handshakeTimeoutMs,
      SNICallback: (serverName, callback) => answerSni(certificates, serverName, callback),
      ALPNCallback: ({ servername, protocols }) => {
        if (protocols.includes(AGENT_ALPN)) return AGENT_ALPN
        // The edge's own host upgrades to WebSocket, which node:http serves.
        // Node says false, not '', when the client named no server; such a client dialled an address, which is the edge's own.
        if (!servername || servername.toLowerCase() === edgeHost)
          return protocols.includes('http/1.1') ? 'http/1.1' : undefined
        return VISITOR_PROTOCOLS.find((protocol) => protocols.includes(protocol))
      },
    })
    this.#server.on('secureConnection', (socket) => {
      if (socket.alpnProtocol === AGENT_ALPN) return acceptAgent(socket, handlers)
      this.serve(socket, securedFor(socket))
    })
    // A stranger's failed handshake: nothing to do but to drop the connection.
    this.#server.on('tlsClientError', (_error, socket) => {
      handlers.onRefused?.()
      socket.destroy()
    })
    this.#renewal = setInterval(
      () => this.#server.setSecureContext({ ...certificates.fallback, ...HANDSHAKE }),
      FALLBACK_RENEWAL_MS,
    ).unref()
  }

  /** Takes over an accepted TCP connection. */
  terminate(socket: Socket): void {
    // Half-open, a peer that leaves within its handshake, or with HTTP/2 streams open, would be waited for until a timeout.
    socket.allowHalfOpen = false
    this.#server.emit('connection', socket)
  }

  /** Takes over a visitor connection whose TLS has ended. */
  serve(socket: TLSSocket, secured: SecuredFor): void {
    if (socket.alpnProtocol === 'h2') return this.#handlers.onHttp2(socket, secured)
    // As on the plain port: who has ended its side may still be waiting for its answer.
    socket.allowHalfOpen = true
    this.#handlers.onHttp1(socket, secured)
  }

  close(): void {
    clearInterval(this.#renewal)
  }
}

function answerSni(
  certificates: CertificateSource,
  serverName: string,
  callback: (error: Error | null, context?: SecureContext) => void,
): void {
  // For a name that is nobody's the fallback: its visitors are answered that nothing is there (reference §3.6).
  const settle = (context: SecureContext | undefined): void => callback(null, context)
  const answer = certificates.contextFor(serverName.toLowerCase())
  if (answer instanceof Promise) answer.then(settle, callback)
  else settle(answer)
}

/** Agents speak TLS 1.3 or not at all (design.md, "Trust between agent and edge"). */
function acceptAgent(socket: TLSSocket, handlers: TlsHandlers): void {
  if (socket.getProtocol() === 'TLSv1.3') handlers.onAgent(socket)
  else socket.destroy()
}
