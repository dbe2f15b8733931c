import { type Listener, type Session, TunnelError } from '@tunnel/agent-core'
import { DEFAULT_NAME, type EndpointStep } from '../endpoints/endpoint-step.ts'
import { isTunnelError } from '../error-lines.ts'

/** Puts one endpoint online. */
export type Bind = (config: Awaited<ReturnType<EndpointStep>>) => Promise<Listener>

/**
 * Puts endpoints online one after the other. One whose answer is lost with the connection is asked for again on the next one;
 * rejects with what the edge refused. Never settles when the session ends: its `close` event says why.
 */
export async function bindEndpoints(session: Session, steps: readonly EndpointStep[], bind: Bind): Promise<Listener[]> {
  const bound: Listener[] = []
  for (const step of steps) {
    bound.push(await whenOnline(session, () => bindStep(session, step, bound, bind)))
  }
  return bound
}

async function bindStep(session: Session, step: EndpointStep, bound: readonly Listener[], bind: Bind) {
  const config = await step(session, bound)
  try {
    return await bind(config)
  } catch (cause) {
    throw withName(cause, config.name)
  }
}

/** Of several endpoints, which one was refused. */
function withName(cause: unknown, name: string | undefined): unknown {
  if (!isTunnelError(cause) || name === undefined || name.startsWith(DEFAULT_NAME)) return cause
  const number = Number(cause.code.slice('ERR_TUNNEL_'.length))
  const { retryable } = cause
  return new TunnelError(number, `endpoint ${JSON.stringify(name)}: ${cause.message}`, { cause, retryable })
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
