import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import { InspectorError } from '../errors.ts'
import { headerValue } from '../store/capture-kind.ts'
import type { RecordedBody } from '../store/recorded-body.ts'
import { compileExpressions, type RedactionExpression, type ReplaceMatches } from './expressions.ts'
import { type BodyRules, REPLACEMENT, redactBody } from './redact-body.ts'
import type { TextPattern } from './text-patterns.ts'

/** What is never stored. Rules apply before anything is shown, searched, written to disk or exported. */
export interface RedactionRules {
  /** Headers and trailers whose values are replaced, in any case: `['authorization', 'x-api-key']`. */
  headers?: readonly string[] | undefined
  /** Query parameters whose values are replaced. */
  query?: readonly string[] | undefined
  /**
   * Members of JSON bodies whose values are replaced: `password` anywhere, `$.user.token` from the root, `$.items[*].secret` in every
   * item. A JSON body that cannot be read, because it is cut, compressed or wrong, is not stored at all.
   */
  json?: readonly string[] | undefined
  /** Literal texts that are replaced wherever a body has them. */
  texts?: readonly string[] | undefined
  /** Known shapes that are replaced wherever a body has them. */
  patterns?: readonly TextPattern[] | undefined
  /**
   * Expressions of your own, in RE2's syntax, whose matches are replaced wherever a body has them: needs {@link compileRedaction}. A body of more
   * than 262,144 bytes is then not stored at all.
   */
  expressions?: readonly (string | RedactionExpression)[] | undefined
}

/**
 * Rules made ready for `new Inspector({ redact })`; needed for those with `expressions`, whose engine is loaded here.
 * Rejects with `ERR_INSPECTOR_REDACTION` for an expression that is none, or too large.
 */
export async function compileRedaction(rules: RedactionRules): Promise<Redaction> {
  const { expressions = [] } = rules
  if (expressions.length === 0) return new Redaction(rules)
  return new Redaction(rules, await compileExpressions(expressions, REPLACEMENT))
}

/** Rules, made ready. */
export class Redaction {
  readonly #headers: ReadonlySet<string>
  readonly #query: ReadonlySet<string>
  readonly #body: BodyRules

  /** Throws `ERR_INSPECTOR_REDACTION` for expressions that are not compiled. */
  constructor(rules: RedactionRules, replaceMatches?: ReplaceMatches) {
    if (rules.expressions?.length && !replaceMatches) {
      throw new InspectorError('ERR_INSPECTOR_REDACTION', 'rules with expressions have to go through compileRedaction')
    }
    this.#headers = new Set((rules.headers ?? []).map((name) => name.toLowerCase()))
    this.#query = new Set(rules.query ?? [])
    this.#body = { json: rules.json ?? [], texts: rules.texts ?? [], patterns: rules.patterns ?? [], replaceMatches }
  }

  /** Whether bodies have to be whole before they can be kept. Then those of streams are not stored at all. */
  get hasBodyRules(): boolean {
    const { json, texts, patterns, replaceMatches } = this.#body
    return json.length + texts.length + patterns.length > 0 || replaceMatches !== undefined
  }

  requestHead(head: RequestHead): RequestHead {
    const headers = this.headers(head.headers)
    const target = this.#target(head.target)
    return headers === head.headers && target === head.target ? head : { ...head, headers, target }
  }

  responseHead(head: ResponseHead): ResponseHead {
    const headers = this.headers(head.headers)
    return headers === head.headers ? head : { ...head, headers }
  }

  /** The same list if nothing has to be replaced. */
  headers(headers: HeaderList): HeaderList {
    if (this.#headers.size === 0) return headers
    let changed: HeaderList | undefined
    for (let at = 0; at < headers.length; at += 2) {
      if (!this.#headers.has((headers[at] as string).toLowerCase())) continue
      changed ??= [...headers]
      changed[at + 1] = REPLACEMENT
    }
    return changed ?? headers
  }

  /** Of a message that is over. */
  body(body: RecordedBody, headers: HeaderList): void {
    if (body.storedBytes === 0) return
    const isEncoded = !/^(identity)?$/i.test(headerValue(headers, 'content-encoding'))
    const redacted = isEncoded || body.truncated ? undefined : redactBody(body.read(), headers, this.#body)
    if (redacted) body.replace(redacted)
    else body.drop()
  }

  #target(target: string): string {
    const mark = target.indexOf('?')
    if (this.#query.size === 0 || mark < 0) return target
    const pairs = target.slice(mark + 1).split('&')
    const kept = pairs.map((pair) => {
      const name = pair.split('=')[0] as string
      return this.#query.has(decodedName(name)) ? `${name}=${REPLACEMENT}` : pair
    })
    return `${target.slice(0, mark)}?${kept.join('&')}`
  }
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
