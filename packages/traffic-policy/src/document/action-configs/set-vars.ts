import * as z from 'zod'
import { CelCompileError } from '../../cel/cel-error.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { issue } from './issue.ts'
import { compileTemplateValue, type TemplateValue } from './template-value.ts'

export interface VariableTemplate {
  readonly name: string
  readonly value: TemplateValue
}

const FORM = 'expected a list of maps with one entry each, like - name: value'

/** `- name: value` each; one plain map is taken too. Reference §4.23 */
function entriesOf(given: unknown): { name: string; value: unknown; path: (string | number)[] }[] | undefined {
  const isMap = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
  if (isMap(given)) return Object.entries(given).map(([name, value]) => ({ name, value, path: [name] }))
  if (!Array.isArray(given) || !given.every((item) => isMap(item) && Object.keys(item).length === 1)) return undefined
  return given.flatMap((item: Record<string, unknown>, at) =>
    Object.entries(item).map(([name, value]) => ({ name, value, path: [at, name] })),
  )
}

export const setVarsConfig = defineAction({
  type: 'set-vars',
  phases: ['on_tcp_connect', 'on_http_request', 'on_http_response'],
  schema: ({ environment }) =>
    z.strictObject({
      vars: z
        .unknown()
        .refine((given) => given !== undefined, {
          error: 'required',
          params: { fault: 'ERR_TUNNEL_2234' },
          abort: true,
        })
        .transform((given, context): VariableTemplate[] => {
          const entries = entriesOf(given)
          if (entries === undefined || entries.length === 0) {
            context.issues.push(issue('ERR_TUNNEL_2252', FORM, given))
            return z.NEVER
          }
          if (entries.length > configLimits.maxVars)
            context.issues.push(
              issue('ERR_TUNNEL_2255', `${entries.length} entries exceed the limit ${configLimits.maxVars}`, given),
            )
          return entries.map(({ name, value, path }) => {
            try {
              return { name, value: compileTemplateValue(value, environment) }
            } catch (error) {
              if (!(error instanceof CelCompileError)) throw error
              const isDeep = error.message.startsWith('value nests')
              const code = isDeep ? 'ERR_TUNNEL_2250' : 'ERR_TUNNEL_2224'
              context.issues.push({ ...issue(code, error.message, value, error.start), path })
              return z.NEVER
            }
          })
        }),
    }),
})
