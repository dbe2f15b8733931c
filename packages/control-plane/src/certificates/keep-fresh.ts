import type { EdgeLog } from '@tunnel/edge'
import type { Clock } from '../clock.ts'
import type { EdgeCertificates } from './edge-certificates.ts'

/** An operator's renewed certificate is in use within this time; the edge's own have 30 days. */
const CHECK_INTERVAL_MS = 60 * 1000

/** Every minute: signs the edge's own certificates anew when due, and reads the operator's files again. */
export function keepCertificatesFresh(options: {
  certificates: EdgeCertificates
  clock: Clock
  log: Pick<EdgeLog, 'info' | 'warn'> | undefined
}): { stop(): void } {
  const { certificates, clock, log } = options
  let timer = clock.setTimeout(check, CHECK_INTERVAL_MS)

  async function renewOwn(): Promise<void> {
    try {
      const notAfter = await certificates.renewIfDue()
      if (notAfter !== undefined)
        log?.info({ notAfter: new Date(notAfter) }, "the edge's own certificate was signed anew")
    } catch (err) {
      log?.warn({ err }, "the edge's own certificate could not be signed anew; the one before stays in use")
    }
  }

  function check(): void {
    timer = clock.setTimeout(check, CHECK_INTERVAL_MS)
    void renewOwn()
    void certificates.reload()
  }

  return {
    stop() {
      clock.clearTimeout(timer)
    },
  }
}
