import type { PolicyEvents } from '@tunnel/traffic-policy'
import type { EdgeLog } from '../ports.ts'

/** What `log` actions say, where nobody else wants it. */
export function logPolicyEvents(log: EdgeLog, endpoint: string, clientIp: string, { logs }: PolicyEvents): void {
  for (const { metadata } of logs) log.info({ endpoint, clientIp, metadata }, 'traffic policy log')
}
