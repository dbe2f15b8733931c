import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls'
import { TunnelError } from '@tunnel/protocol'
import type { TlsSettings } from '@tunnel/traffic-policy'
import type { CertificateSource } from '../ports.ts'
import { CIPHERS } from '../tls/ciphers.ts'

export interface EndTlsOptions {
  certificates: CertificateSource
  handshakeTimeoutMs: number
  protocols: readonly string[] | undefined
}

/**
 * Makes the handshake of one connection with the settings of its policy. Each has a server of its own, so that no session of other settings
 * can be resumed. Rejects with 3002 when the handshake fails.
 */
export function endTls(socket: Socket, settings: TlsSettings, options: EndTlsOptions): Promise<TLSSocket> {
  const { certificates, handshakeTimeoutMs, protocols } = options
  const { certificate } = settings
  return new Promise((resolve, reject) => {
    const server = createServer({
      ...handshakeOptions(settings),
      handshakeTimeout: handshakeTimeoutMs,
      ...(protocols && { ALPNProtocols: [...protocols] }),
      ...(certificate ?? {
        SNICallback: (serverName: string, callback: (error: Error | null, context?: SecureContext) => void) =>
          contextFor(serverName.toLowerCase(), settings, certificates).then(
            (context) => callback(context ? null : new Error(`no certificate for ${serverName}`), context),
            callback,
          ),
      }),
    })
    const fail = (cause?: Error): void => reject(new TunnelError(3002, 'TLS handshake failed', { cause }))
    server.on('secureConnection', (secured) => {
      // node:tls demands none that it does not verify.
      if (settings.clientCertificates?.strategy === 'require-any' && !secured.getPeerX509Certificate()) {
        fail(new Error('the client has no certificate'))
        return void secured.destroy()
      }
      secured.allowHalfOpen = true
      resolve(secured)
    })
    server.on('tlsClientError', (cause, secured) => {
      fail(cause)
      secured.destroy()
    })
    socket.once('close', () => fail())
    socket.allowHalfOpen = false
    server.emit('connection', socket)
  })
}

async function contextFor(
  name: string,
  settings: TlsSettings,
  certificates: CertificateSource,
): Promise<SecureContext | undefined> {
  if (!settings.clientCertificates) return certificates.contextFor(name)
  const pair = await certificates.pairFor(name)
  return pair && createSecureContext({ ...pair, ...handshakeOptions(settings) })
}

/** No tickets: a resumed session brings no certificate, and so no proof that it would still be accepted. */
function handshakeOptions({ minVersion, maxVersion, clientCertificates }: TlsSettings) {
  const offered = { minVersion, maxVersion, ciphers: CIPHERS }
  if (!clientCertificates) return offered
  const { strategy, ca } = clientCertificates
  return {
    ...offered,
    ca,
    requestCert: true,
    rejectUnauthorized: strategy === 'require-and-verify',
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}
