import { forwardOver, type Listener, Session, type SessionOptions } from '@tunnel/agent-core'
import { onTestFinished } from 'vitest'
import type { EdgeProgram } from '../../harness/programs.ts'

/** An agent's session of this process, which comes back at once and ends with the test. */
export async function sessionOf(
  edge: Pick<EdgeProgram, 'connectionString'>,
  options: SessionOptions = {},
): Promise<Session> {
  const session = await Session.connect({
    connect: edge.connectionString,
    transports: ['tls'],
    env: {},
    backoff: { firstDelayMs: 20, maxDelayMs: 20 },
    ...options,
  })
  onTestFinished(() => session.close())
  return session
}

export function httpEndpoint(session: Session, port: number, name?: string): Promise<Listener> {
  return forwardOver(session, { addr: port, url: name === undefined ? 'http://' : `http://${name}.localhost` })
}

export function tcpEndpoint(session: Session, port: number): Promise<Listener> {
  return forwardOver(session, { addr: port, proto: 'tcp' })
}
