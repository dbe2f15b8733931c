import type { EdgeLog } from '@tunnel/edge'
import type { Clock } from '../clock.ts'
import type { EdgeCertificates } from './edge-certificates.ts'
import { type CertificateFiles, type OperatorCertificate, readOperatorCertificate } from './operator-certificate.ts'

/** An operator's renewed certificate is in use within this time; the edge's own have 30 days. */
const CHECK_INTERVAL_MS = 60 * 60 * 1000

/** Every hour: signs the edge's own certificates anew when due, and reads the operator's files again. */
export function keepCertificatesFresh(options: {
  certificates: EdgeCertificates
  operator: OperatorCertificate | undefined
  files: CertificateFiles | undefined
  clock: Clock
  log: Pick<EdgeLog, 'info' | 'warn'> | undefined
}): { stop(): void } {
  const { certificates, files, clock, log } = options
  let served = options.operator
  let stopped = false
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

  async function rereadOperatorFiles(): Promise<void> {
    if (!files) return
    try {
      const found = await readOperatorCertificate(files)
      if (stopped || (found.chain === served?.chain && found.key === served.key)) return
      certificates.replaceOperatorCertificate(found)
      served = found
      log?.info({ file: files.certificate, notAfter: new Date(found.notAfter) }, 'certificate file changed')
    } catch (err) {
      log?.warn({ err }, 'certificate files cannot be used; the ones read before stay in use')
    }
  }

  function check(): void {
    timer = clock.setTimeout(check, CHECK_INTERVAL_MS)
    void renewOwn()
    void rereadOperatorFiles()
  }

  return {
    stop() {
      stopped = true
      clock.clearTimeout(timer)
    },
  }
}
