import type { ExchangeRecord } from '@tunnel/edge'
import { envelopeEnd } from './envelope.ts'
import { isAscii, type JsonTexts } from './json-text.ts'

type Endpoint = ExchangeRecord['endpoint']

interface EndpointText {
  /** Of this system alone, as `error_code` and `complete` are. With a comma in front. */
  readonly member: string
  /** The end of the line. */
  readonly end: string
  readonly isAscii: boolean
}

const NOBODY: EndpointText = { member: '', end: envelopeEnd(undefined), isAscii: true }

/** What lines say of an endpoint, made once and for as long as there is one. */
export class EndpointTexts {
  readonly #json: JsonTexts
  readonly #texts = new WeakMap<NonNullable<Endpoint>, EndpointText>()

  constructor(json: JsonTexts) {
    this.#json = json
  }

  of(endpoint: Endpoint): EndpointText {
    if (endpoint === undefined) return NOBODY
    const text = this.#texts.get(endpoint) ?? this.#make(endpoint)
    if (!text.isAscii) this.#json.isAscii = false
    return text
  }

  #make(endpoint: NonNullable<Endpoint>): EndpointText {
    const { id, url, session } = endpoint
    const json = this.#json
    const member = `,"endpoint":{"id":${json.of(id)},"url":${json.of(url)},"session_id":${json.of(session.id)}}`
    const end = envelopeEnd(session.accountId)
    const text = { member, end, isAscii: isAscii(member + end) }
    this.#texts.set(endpoint, text)
    return text
  }
}
