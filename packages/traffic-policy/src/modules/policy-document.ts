/** A policy as plain data, before it is written as YAML. */
export interface PolicyDocument {
  on_tcp_connect?: RuleDocument[]
  on_http_request?: RuleDocument[]
  on_http_response?: RuleDocument[]
}

export interface RuleDocument {
  readonly name: string
  readonly expressions?: readonly string[]
  readonly actions: readonly ActionDocument[]
}

export interface ActionDocument {
  readonly type: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** A text as CEL writes it. */
export const celText = (text: string): string =>
  `'${text.replace(/[\\'\p{Cc}\u2028\u2029]/gu, (character) =>
    character === '\\' || character === "'"
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}'`

/** A text that is taken as it is where `${…}` would be an expression. Reference §2.4 */
export const literalText = (text: string): string => text.replaceAll('${', () => '$${')
