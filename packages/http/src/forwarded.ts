import { isName, looksLikeName } from './field-name.ts'
import type { RequestHead } from './head.ts'

export interface ForwardedFacts {
  /** The address that the request came from, without a port. */
  clientAddress: string
  /** What the request came over. */
  proto: 'http' | 'https'
  /**
   * Of the fields {@link isForwardedField}, in lower case, those that are not set: lines that the head has go on as they are.
   *
   * @default all are set
   */
  withheld?: readonly string[]
}

const FIELDS = [
  { lowerCase: 'x-forwarded-for', name: 'X-Forwarded-For' },
  { lowerCase: 'x-forwarded-proto', name: 'X-Forwarded-Proto' },
  { lowerCase: 'x-forwarded-host', name: 'X-Forwarded-Host' },
] as const

/** Whether a proxy sets the field of this name, which is in lower case: `x-forwarded-for`, `-proto` or `-host`. */
export function isForwardedField(lowerCase: string): boolean {
  return FIELDS.some((field) => field.lowerCase === lowerCase)
}

/**
 * The `X-Forwarded-*` lines of one request. What the client sent of each is joined into one line, so that "the last value" is the proxy's
 * beyond doubt; the line stands where the client's first one stood, or else at the end.
 */
export class ForwardedFields {
  /** In the order of FIELDS; `undefined` once written. */
  readonly #values: (string | undefined)[]
  readonly #withheld: readonly string[] | undefined

  constructor({ headers, host }: RequestHead, facts: ForwardedFacts, dropped: ReadonlySet<string> | undefined) {
    const sent = ['', '', '']
    for (let at = 0; at < headers.length; at += 2) {
      const index = indexByLength(headers[at]!)
      if (index < 0) continue
      const { lowerCase } = FIELDS[index]!
      if (isName(headers[at]!, lowerCase) && !dropped?.has(lowerCase))
        sent[index] = append(sent[index]!, headers[at + 1]!)
    }
    this.#values = [
      append(sent[0]!, facts.clientAddress),
      append(sent[1]!, facts.proto),
      sent[2] === '' ? host : sent[2],
    ]
    this.#withheld = facts.withheld
    if (!facts.withheld) return
    for (const [index, { lowerCase }] of FIELDS.entries())
      if (facts.withheld.includes(lowerCase)) this.#values[index] = undefined
  }

  /** Whether `name` is one of the fields, or would pass for one upstream. */
  owns(name: string): boolean {
    const index = indexByLength(name)
    return index >= 0 && looksLikeName(name, FIELDS[index]!.lowerCase)
  }

  /** The line for the place where the head has `name`: empty if it was written before, or if `name` is another spelling. */
  takeLine(name: string, given?: string): string {
    const index = indexByLength(name)
    const { lowerCase } = FIELDS[index]!
    if (!isName(name, lowerCase)) return ''
    if (this.#withheld?.includes(lowerCase)) return given === undefined ? '' : `${name}: ${given}\r\n`
    const value = this.#values[index]
    if (value === undefined) return ''
    this.#values[index] = undefined
    return `${name}: ${value}\r\n`
  }

  takeRemainingLines(): string {
    return FIELDS.map(({ name }) => this.takeLine(name)).join('')
  }
}

/** The three names differ in length, which most other fields do not share. */
function indexByLength(name: string): number {
  return name.length === 15 ? 0 : name.length === 17 ? 1 : name.length === 16 ? 2 : -1
}

function append(values: string, value: string): string {
  return values === '' || value === '' ? values + value : `${values}, ${value}`
}
