import { forwardOver, type Listener, Session, type SessionOptions } from '@tunnel/agent-core'
import { onTestFinished } from 'vitest'
import { runEdgeCommand } from '../../harness/programs.ts'
import type { Lab } from './lab.ts'

export interface LabSession {
  readonly session: Session
  forward(url: string): Promise<Listener>
}

/** A session of this process with a lab's edge, by the lab's own credential unless another is given. */
export async function startSession(lab: Lab, options: SessionOptions = {}): Promise<LabSession> {
  const session = await Session.connect({
    connect: lab.edge.connectionString,
    transports: ['tls'],
    env: {},
    heartbeatIntervalMs: 1000,
    heartbeatToleranceMs: 1000,
    ...options,
  })
  onTestFinished(() => session.close())
  return { session, forward: (url) => forwardOver(session, { addr: lab.upstream.port, url, host_header: 'preserve' }) }
}

/** An agent with a credential of its own. */
export async function startForeigner(lab: Lab): Promise<LabSession> {
  const authtoken = await runEdgeCommand(['credentials', 'create', 'somebody else', `--data=${lab.edge.dataDir}`])
  return startSession(lab, { authtoken: authtoken.trim() })
}
