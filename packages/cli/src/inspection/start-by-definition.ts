import type { Listener, Session } from '@tunnel/agent-core'
import { type Inspector, InspectorError } from '@tunnel/inspector'
import { isTunnelError } from '../error-lines.ts'
import type { Bind } from '../running/bind-endpoints.ts'
import type { SessionReport } from '../running/session-report.ts'
import type { StartDefinition } from './agent-state.ts'

/** Puts endpoints online that the local API asks for, in the same session as those of the command line. */
export function startByDefinition(
  session: Session,
  bind: Bind,
  inspector: Inspector,
  report: SessionReport,
  watch: (listener: Listener) => void,
): StartDefinition {
  return async (kind, definition, replace) => {
    // Reads YAML and schemas, which a session without such calls need not load.
    const { stepsOfDefinition } = await import('./steps-of-definition.ts')
    const { name, steps } = await stepsOfDefinition(kind, definition)
    await replace()
    if (inspector.endpoint(name)) {
      const message = `name: ${JSON.stringify(name)} is the name of an endpoint that is online`
      throw new InspectorError('ERR_INSPECTOR_DEFINITION', message)
    }
    const started: Listener[] = []
    try {
      for (const step of steps) started.push(await bind(await step(session, started)))
    } catch (cause) {
      // All of it, or nothing.
      await Promise.all(started.map((listener) => listener.close()))
      throw startError(cause)
    }
    started.forEach(watch)
    report.endpointsChanged(session, started)
    return name
  }
}

function startError(cause: unknown): unknown {
  if (!isTunnelError(cause)) return cause
  return new InspectorError('ERR_INSPECTOR_START', `${cause.message} (${cause.code})`, { cause })
}
