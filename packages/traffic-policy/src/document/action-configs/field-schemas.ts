import * as z from 'zod'
import { ActionError } from '../../actions/action-error.ts'
import { compileRegex, type Regex } from '../../actions/regex.ts'
import { CelCompileError } from '../../cel/cel-error.ts'
import { type CompiledExpression, compileExpression } from '../../cel/compile-expression.ts'
import type { CelEnvironment } from '../../cel/compiled.ts'
import { compileTemplate, type Template } from '../../cel/template.ts'
import type { CelType } from '../../cel/types.ts'
import type { PolicyFaultCode } from '../../errors.ts'
import { issue } from './issue.ts'
import { compileTemplateValue, type TemplateValue } from './template-value.ts'

export interface TextOptions {
  /** Looks at a text without `${…}`; throws an ActionError for one that cannot be. */
  readonly check?: (text: string) => void
  readonly maxLength?: number
  /** @default ERR_TUNNEL_2221 */
  readonly tooLong?: PolicyFaultCode
  /** @default false */
  readonly mayBeEmpty?: boolean
}

/** A text with `${…}`, and the pattern that it is if there is none. */
export interface RegexTemplate {
  readonly template: Template
  readonly regex?: Regex
}

/** Schemas of fields whose expressions are compiled for one phase. */
export interface FieldSchemas {
  /** Reference §2.4; numbers and booleans of YAML are taken as their text. */
  text(options?: TextOptions): z.ZodType<Template>
  /** A pattern: compiled with the document unless it has `${…}`. */
  regex(): z.ZodType<RegexTemplate>
  /** Any value, with `${…}` in all its texts. */
  value(): z.ZodType<TemplateValue>
  /** An expression without `${…}`; with one around all of it, it is taken too. */
  expression(wanted?: CelType, environment?: CelEnvironment): z.ZodType<CompiledExpression>
  readonly environment: CelEnvironment
}

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: ({ input }) =>
    `expected text, got ${Array.isArray(input) ? 'a list' : input === null ? 'nothing' : typeof input}`,
})

export function createFieldSchemas(environment: CelEnvironment): FieldSchemas {
  const text = (options: TextOptions = {}): z.ZodType<Template> =>
    scalar.transform((given, context): Template => {
      const source = String(given)
      try {
        const template = compileTemplate(source, environment)
        checkText(template, options)
        return template
      } catch (error) {
        return refuse(context, error, 'ERR_TUNNEL_2224', source)
      }
    })
  return {
    environment,
    text,
    regex: () =>
      text({ mayBeEmpty: false }).transform((template, context): RegexTemplate => {
        if (template.constant === undefined) return { template }
        try {
          return { template, regex: compileRegex(template.constant) }
        } catch (error) {
          return refuse(context, error, 'ERR_TUNNEL_2261', template.source)
        }
      }),
    value: () =>
      z.unknown().transform((given, context): TemplateValue => {
        try {
          return compileTemplateValue(given, environment)
        } catch (error) {
          return refuse(context, error, 'ERR_TUNNEL_2224', given)
        }
      }),
    expression: (wanted, own = environment) =>
      scalar.transform((given, context): CompiledExpression => {
        const written = String(given)
        const wrapped = /^\s*\$\{([\s\S]*)\}\s*$/.exec(written)
        try {
          return compileExpression(wrapped?.[1] ?? written, own, wanted)
        } catch (error) {
          const offset =
            wrapped && error instanceof CelCompileError ? error.start + written.indexOf('{') + 1 : undefined
          return refuse(context, error, 'ERR_TUNNEL_2224', given, offset)
        }
      }),
  }
}

function checkText(
  { constant, source }: Template,
  { check, maxLength, tooLong, mayBeEmpty = false }: TextOptions,
): void {
  if (source === '' && !mayBeEmpty) throw new FieldFault('ERR_TUNNEL_2223', 'must not be empty')
  if (constant === undefined) return
  if (maxLength !== undefined && constant.length > maxLength)
    throw new FieldFault(tooLong ?? 'ERR_TUNNEL_2221', `${constant.length} characters exceed the limit ${maxLength}`)
  check?.(constant)
}

/** A value that a check of a field refuses. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault'
  readonly code: PolicyFaultCode
  constructor(code: PolicyFaultCode, message: string) {
    super(message)
    this.code = code
  }
}

function refuse(
  context: z.RefinementCtx,
  error: unknown,
  code: PolicyFaultCode,
  input: unknown,
  offset?: number,
): never {
  if (error instanceof CelCompileError) context.issues.push(issue(code, error.message, input, offset ?? error.start))
  else if (error instanceof FieldFault) context.issues.push(issue(error.code, error.message, input))
  // The codes of actions that configurations can have are those of documents too.
  else if (error instanceof ActionError) context.issues.push(issue(error.code as PolicyFaultCode, error.message, input))
  else throw error
  return z.NEVER
}
