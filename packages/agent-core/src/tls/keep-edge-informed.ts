import { TunnelError } from '@tunnel/protocol'
import type { Listener } from '../listener.ts'
import type { EdgeTermination } from './edge-termination.ts'

/** A renewed certificate is at the edge within this time. */
const CHECK_INTERVAL_MS = 5000

/**
 * Sends changed certificates and authorities to the edge, for as long as the endpoint is online. While the edge refuses them, as it does between the
 * writing of a certificate and of its key, or they cannot be read, those that it has stay in use.
 */
export function keepEdgeInformed(listener: Listener, termination: EdgeTermination): void {
  if (!termination.hasFiles || listener.closed) return
  let isUnsent = false
  let warning = ''
  const warn = (cause: unknown): void => {
    const { message, retryable } = TunnelError.from(cause)
    // The session is lost: it will be back.
    isUnsent = retryable
    if (retryable || listener.closed || message === warning) return
    warning = message
    const details = { type: 'TunnelWarning', code: 'TUNNEL_CERTIFICATE_UNUSABLE' }
    process.emitWarning(`${message}; what the edge was sent before stays in use`, details)
  }
  const timer = setInterval(() => {
    try {
      if (!termination.refresh() && !isUnsent) return
      isUnsent = false
      listener.update({ tlsTermination: termination.wire }).catch(warn)
    } catch (cause) {
      warn(cause)
    }
  }, CHECK_INTERVAL_MS).unref()
  listener.once('close', () => clearInterval(timer))
}
