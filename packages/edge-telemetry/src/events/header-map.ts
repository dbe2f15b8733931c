import { isSecretField } from '@tunnel/edge'
import { type EventHeaders, MAX_EVENT_HEADERS } from './event-settings.ts'
import { capitalised, FieldNames, isHopByHop, REDACTED } from './field-names.ts'
import type { JsonTexts } from './json-text.ts'

/** Makes maps of lists of heads (reference edge-and-api.md §9.3), as JSON: names capitalised, values in lower case. */
export class HeaderMaps {
  readonly #mode: EventHeaders
  readonly #json: JsonTexts
  readonly #names: FieldNames
  #head = 0

  constructor(mode: EventHeaders, json: JsonTexts) {
    this.#mode = mode
    this.#json = json
    this.#names = new FieldNames(mode)
  }

  /** `headers`: name, value, name, value … */
  of(headers: readonly string[]): string {
    if (this.#mode === 'none') return '{}'
    const end = Math.min(headers.length, MAX_EVENT_HEADERS * 2)
    const head = ++this.#head
    this.#names.beginHead()
    let members = ''
    for (let at = 0; at < end; at += 2) {
      const field = this.#names.fieldAt(at / 2, headers[at] as string)
      if (field === undefined || field.head === head) return this.#grouped(headers, end)
      field.head = head
      if (field.isHopByHop) continue
      const value = headers[at + 1] as string
      const member = field.hidden ?? field.members.of(value) ?? `${field.label}${this.#json.of(value.toLowerCase())}]`
      members += members === '' ? member.slice(1) : member
    }
    return `{${members}}`
  }

  /** Of a head that has a field more than once, or an odd one. */
  #grouped(headers: readonly string[], end: number): string {
    this.#json.isAscii = false
    const lists = new Map<string, string>()
    for (let at = 0; at < end; at += 2) {
      const name = (headers[at] as string).toLowerCase()
      if (isHopByHop(name)) continue
      const isHidden = this.#mode === 'safe' && isSecretField(name)
      const value = this.#json.of(isHidden ? REDACTED : (headers[at + 1] as string).toLowerCase())
      const earlier = lists.get(name)
      lists.set(name, earlier === undefined ? value : `${earlier},${value}`)
    }
    let members = ''
    for (const [name, values] of lists) members += `${members === '' ? '' : ','}"${capitalised(name)}":[${values}]`
    return `{${members}}`
  }
}
