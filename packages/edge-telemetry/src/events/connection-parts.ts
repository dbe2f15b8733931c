import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import { connectionEnds, endpointField, ja4Field, tlsFields } from './connection-fields.ts'
import { envelopeEnd } from './envelope.ts'
import type { Timestamps } from './timestamps.ts'

/** Connections whose part is remembered; when there are more, it begins anew. */
const MAX_CONNECTIONS = 1024

interface ConnectionPart {
  readonly endpoint: ExchangeRecord['endpoint']
  readonly host: string
  readonly bytes: Buffer
}

/** What all exchanges of a connection with one endpoint have in common, to the end of the line. */
export class ConnectionParts {
  readonly #times: Timestamps
  readonly #parts = new Map<ConnectionRecord, ConnectionPart>()

  constructor(times: Timestamps) {
    this.#times = times
  }

  of({ connection, endpoint, head }: ExchangeRecord): Buffer {
    const host = head?.host ?? ''
    const known = this.#parts.get(connection)
    if (known && known.endpoint === endpoint && known.host === host) return known.bytes
    const bytes = Buffer.from(this.#made(connection, endpoint, host))
    if (this.#parts.size >= MAX_CONNECTIONS) this.#parts.clear()
    this.#parts.set(connection, { endpoint, host, bytes })
    return bytes
  }

  forget(connection: ConnectionRecord): void {
    this.#parts.delete(connection)
  }

  #made(connection: ConnectionRecord, endpoint: ExchangeRecord['endpoint'], host: string): string {
    const named = host.toLowerCase().replace(/:\d*$/, '')
    const conn = `{${connectionEnds(connection, named)},"start_ts":"${this.#times.at(connection.startedAtMs)}"}`
    const facts = `${endpointField(endpoint)}${tlsFields(connection)}${ja4Field(connection)}`
    return `"conn":${conn}${facts}${envelopeEnd(endpoint?.session.accountId)}`
  }
}
