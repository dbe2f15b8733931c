/** A rule of a traffic policy as plain data. */
export interface RuleDocument {
  readonly name: string
  readonly expressions?: readonly string[]
  readonly actions: readonly { readonly type: string; readonly config?: Readonly<Record<string, unknown>> }[]
}

/** A rule of one action. */
export function ruleOf(name: string, type: string, config: Readonly<Record<string, unknown>>): RuleDocument {
  return { name, actions: [{ type, config }] }
}

/** A text as CEL writes it. */
export const celText = (text: string): string =>
  `'${text.replace(/[\\'\p{Cc}\u2028\u2029]/gu, (character) =>
    character === '\\' || character === "'"
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}'`

/** A text that is taken as it is where `${…}` would be an expression. */
export const literalText = (text: string): string => text.replaceAll('${', () => '$${')

/** An option that is a text or several. */
export const listOf = (option: string | readonly string[] | undefined): readonly string[] => [option ?? []].flat()
