import type { Listener, Session } from '@tunnel/agent-core'
import type { EndpointStep } from '../endpoints/endpoint-step.ts'

/** Puts one endpoint online. */
export type Bind = (config: Awaited<ReturnType<EndpointStep>>) => Promise<Listener>

/**
 * Puts endpoints online one after the other. One whose answer is lost with the connection is asked for again on the next one;
 * rejects with what the edge refused. Never settles when the session ends: its `close` event says why.
 */
export async function bindEndpoints(session: Session, steps: readonly EndpointStep[], bind: Bind): Promise<Listener[]> {
  const bound: Listener[] = []
  for (const step of steps) {
    bound.push(await whenOnline(session, async () => bind(await step(session, bound))))
  }
  return bound
}

async function whenOnline<T>(session: Session, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (cause) {
      if (session.state === 'online') throw cause
      await new Promise((resolve) => session.once('connected', resolve))
    }
  }
}
