import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import type { AgentLog, LogFields } from '../log/agent-log.ts'
import { SessionReport } from './session-report.ts'

function recordingLog(): { log: AgentLog; records: unknown[] } {
  const records: unknown[] = []
  const at = (level: string) => (message: string, fields?: LogFields) => void records.push([level, message, fields])
  return {
    records,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), crit: at('crit') },
  }
}

it('logs connections to the service, and those that failed', () => {
  const { log, records } = recordingLog()
  const events = new SessionReport(log, undefined).forwarding('localhost:8080')
  events.onOpened?.('192.0.2.7:50000')
  events.onFailed?.(new TunnelError(8012, 'connection refused (127.0.0.1:8080)'), '192.0.2.8:50000')
  const id = expect.stringMatching(/^[0-9a-f]{12}$/)
  expect(records).toEqual([
    ['info', 'join connections', { obj: 'join', id, l: 'localhost:8080', r: '192.0.2.7:50000' }],
    [
      'warn',
      'failed to open private leg',
      {
        obj: 'join',
        id,
        l: 'localhost:8080',
        r: '192.0.2.8:50000',
        err: 'connection refused (127.0.0.1:8080)',
        code: 'ERR_TUNNEL_8012',
      },
    ],
  ])
})
