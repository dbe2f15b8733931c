import type { ExchangeRecord } from '@tunnel/edge'
import { connectionEnds, ja4Field, tlsFields } from './connection-fields.ts'
import type { EndpointTexts } from './endpoint-texts.ts'
import type { JsonTexts } from './json-text.ts'
import type { Timestamps } from './timestamps.ts'

/** Makes what all exchanges of a connection with one endpoint have in common, to the end of the line. */
export class ConnectionTails {
  readonly #clock: Timestamps
  readonly #json: JsonTexts
  readonly #endpoints: EndpointTexts

  constructor(clock: Timestamps, json: JsonTexts, endpoints: EndpointTexts) {
    this.#clock = clock
    this.#json = json
    this.#endpoints = endpoints
  }

  of({ connection, endpoint }: ExchangeRecord, host: string): string {
    const named = host.toLowerCase().replace(/:\d*$/, '')
    const json = this.#json
    const begun = this.#clock.at(connection.startedAtMs)
    const { member, end } = this.#endpoints.of(endpoint)
    const facts = `${member}${tlsFields(connection, json)}${ja4Field(connection, json)}${end}`
    return `"conn":{${connectionEnds(connection, named, json)},"start_ts":"${begun}"}${facts}`
  }
}
