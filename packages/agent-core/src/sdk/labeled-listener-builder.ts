import type { Session } from '../session/session.ts'
import { ListenerBuilder } from './listener-builder.ts'

/** Of `session.labeledListener()`. */
export class LabeledListenerBuilder extends ListenerBuilder {
  /** @internal */
  constructor(session: Session) {
    super(session, {})
  }

  label(key: string, value: string): this {
    return this.add('labels', `${key}=${value}`)
  }

  /** `http1` or `http2`: what the upstream speaks. */
  appProtocol(protocol: 'http1' | 'http2'): this {
    return this.with({ app_protocol: protocol })
  }
}
