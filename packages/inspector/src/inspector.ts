import type { ConnectionFacts } from '@tunnel/http'
import type { EndpointInspection, InspectedEndpoint, TrafficInspector } from './endpoints/endpoint-port.ts'
import { RegisteredEndpoint } from './endpoints/registered-endpoint.ts'
import { Redaction, type RedactionRules } from './redact/redaction.ts'
import type { Spool } from './spool/spool.ts'
import { CaptureStore } from './store/capture-store.ts'
import { ConnectionRecorder } from './store/connection-recorder.ts'
import { ExchangeRecorder } from './store/exchange-recorder.ts'
import type { InspectorLimits } from './store/limits.ts'

export interface InspectorOptions {
  /** What the store may hold. */
  limits?: Partial<InspectorLimits> | undefined
  /** What is never stored. @default nothing: everything is shown as it was */
  redact?: RedactionRules | Redaction | undefined
  /** Whether bytes of tcp and tls endpoints are captured too. @default true */
  connections?: boolean | undefined
}

/**
 * Sees what goes through endpoints and keeps the last of it. Give it as `inspect` to `forward()` of `@tunnel/agent-core`, and to
 * `serveInspector` to look at it.
 */
export class Inspector implements TrafficInspector {
  readonly store: CaptureStore
  readonly redaction: Redaction | undefined
  /** Where captures go on disk as well. */
  spool: Spool | undefined
  readonly #endpoints = new Map<string, RegisteredEndpoint>()
  readonly #capturesConnections: boolean

  /** Throws a RangeError for a limit out of its bounds, and `ERR_INSPECTOR_REDACTION` for expressions that are not compiled. */
  constructor({ limits, redact, connections = true }: InspectorOptions = {}) {
    this.store = new CaptureStore({ limits })
    this.redaction = redact && (redact instanceof Redaction ? redact : new Redaction(redact))
    this.#capturesConnections = connections
  }

  /** The same, for endpoints whose traffic is not to be captured: they are listed and counted. */
  get withoutCaptures(): TrafficInspector {
    return { inspectEndpoint: (endpoint) => this.#register(endpoint, false) }
  }

  inspectEndpoint(endpoint: InspectedEndpoint): EndpointInspection {
    return this.#register(endpoint, this.store.limits.maxBytes > 0)
  }

  /** Those that are online, in the order in which they came. */
  endpoints(): RegisteredEndpoint[] {
    return [...this.#endpoints.values()].filter(({ isOnline }) => isOnline)
  }

  /** One that is online. */
  endpoint(name: string): RegisteredEndpoint | undefined {
    const found = this.#endpoints.get(name)
    return found?.isOnline ? found : undefined
  }

  #register(endpoint: InspectedEndpoint, captures: boolean): EndpointInspection {
    const registered = new RegisteredEndpoint(this.#freeName(endpoint.name || 'endpoint'), endpoint, captures)
    this.#endpoints.set(registered.name, registered)
    const { store, redaction } = this
    const { protocol } = endpoint
    const observesBytes = captures && this.#capturesConnections && protocol !== 'http'
    return {
      observe:
        captures && protocol === 'http'
          ? () => new ExchangeRecorder(store, store.beginUnknown(registered), redaction)
          : undefined,
      observeConnection: observesBytes
        ? (facts: ConnectionFacts) => new ConnectionRecorder(store, registered, protocol, facts, redaction)
        : undefined,
      explained: captures
        ? async (token, trace) => {
            // Seldom, and it reads with schemas, which an agent does not load to start.
            const { explainCapture } = await import('./store/explain-capture.ts')
            explainCapture(store, registered, token, trace)
          }
        : undefined,
      online: (online) => registered.goOnline(online),
      offline: () => {
        if (this.#endpoints.get(registered.name) === registered) this.#endpoints.delete(registered.name)
      },
    }
  }

  #freeName(name: string): string {
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? name : `${name} ${count}`
      if (!this.#endpoints.has(candidate)) return candidate
    }
  }
}
