import { CelCompileError } from './cel-error.ts'
import { type CompiledExpression, compileExpression } from './compile-expression.ts'
import { type CelEnvironment, noSecrets, type SecretName } from './compiled.ts'
import { assertTextLength } from './limits.ts'
import type { Scope } from './scope.ts'
import { splitTemplate } from './template-parts.ts'
import { textOf } from './text-of.ts'

/** A configuration value with `${…}` in it, ready for every request. */
export interface Template {
  readonly source: string
  /** Its text, if there is no `${…}` in it. */
  readonly constant?: string
  /** Literal texts, and what is between them. */
  readonly parts: readonly (string | CompiledExpression)[]
  /** It reads a secret: what it gives is not to be shown. */
  readonly readsSecret: boolean
  /** Those that it names outright. */
  readonly secrets: readonly SecretName[]
  /** @throws CelError */
  render(scope: Scope): string
  /** As `render`, but a text that is one `${…}` and nothing else keeps the type of its value. Reference §2.4 */
  evaluate(scope: Scope): unknown
}

/**
 * @throws CelCompileError with the place in `source`.
 * @see Reference §2.4
 */
export function compileTemplate(source: string, environment: CelEnvironment): Template {
  const parts = splitTemplate(source).map((part) => (typeof part === 'string' ? part : compilePart(part, environment)))
  const readsSecret = parts.some((part) => typeof part !== 'string' && part.readsSecret)
  if (parts.every((part) => typeof part === 'string')) return constantTemplate(source, parts.join(''))
  const render = (scope: Scope): string => {
    let text = ''
    for (const part of parts) text += typeof part === 'string' ? part : textOf(part.run(scope))
    assertTextLength(text.length)
    return text
  }
  const [only] = parts
  const evaluate = parts.length === 1 && typeof only === 'object' ? only.run : render
  const secrets = parts.flatMap((part) => (typeof part === 'string' ? [] : part.secrets))
  return { source, parts, readsSecret, secrets, render, evaluate }
}

function constantTemplate(source: string, text: string): Template {
  return {
    source,
    constant: text,
    parts: text === '' ? [] : [text],
    readsSecret: false,
    secrets: noSecrets,
    render: () => text,
    evaluate: () => text,
  }
}

function compilePart({ source, offset }: { source: string; offset: number }, environment: CelEnvironment) {
  try {
    return compileExpression(source, environment)
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    const range = { start: error.start + offset, end: error.end + offset }
    throw new CelCompileError(error.message, range, { cause: error })
  }
}
