import { workspaceModule } from '../tunnel-programs.ts'

/** Opens sessions that do nothing, says `open`, and keeps them until it is stopped. */
const [connect, count] = process.argv.slice(2)
const atOnce = 50

interface AgentCore {
  Session: { connect(options: object): Promise<unknown> }
}
const { Session } = (await import(workspaceModule('agent-core'))) as AgentCore
const sessions: unknown[] = []
while (sessions.length < Number(count)) {
  const opening = Array.from({ length: Math.min(atOnce, Number(count) - sessions.length) }, () =>
    Session.connect({ connect, transports: ['tls'], env: {}, heartbeatIntervalMs: 3_600_000 }),
  )
  sessions.push(...(await Promise.all(opening)))
}
process.stdout.write('open\n')
