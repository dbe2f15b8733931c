import * as z from 'zod'
import type { PolicyStep } from '../contract/detail.ts'
import { jsonOf } from '../json-of.ts'
import type { CaptureSource } from './capture.ts'
import { headerValue } from './capture-kind.ts'
import type { CaptureStore } from './capture-store.ts'

/** The edge cuts traces at 256 Ki characters; of what is in one, so many steps are shown. */
export const MAX_POLICY_STEPS = 1000

const EXPLAIN_FIELD = 'tunnel-explain'

/** As much of an edge's trace as is shown. */
const traceSchema = z.object({
  phases: z.array(
    z.object({
      phase: z.string(),
      rules: z.array(
        z.object({
          index: z.number(),
          name: z.string().optional(),
          matched: z.boolean(),
          actions: z.array(
            z.object({
              type: z.string(),
              outcome: z.string(),
              status: z.number().optional(),
              code: z.string().optional(),
              message: z.string().optional(),
            }),
          ),
        }),
      ),
    }),
  ),
})
type Rule = z.infer<typeof traceSchema>['phases'][number]['rules'][number]

/** Puts what the edge's policy did to the newest capture of `source` whose request carries `token`. What is no trace, or for no capture, is left. */
export function explainCapture(store: CaptureStore, source: CaptureSource, token: string, trace: string): void {
  // An absent header has an empty value as well.
  if (token === '') return
  const capture = store
    .newestFirst()
    .find((one) => one.source === source && headerValue(one.requestHead?.headers ?? [], EXPLAIN_FIELD) === token)
  const steps = capture && stepsOf(trace)
  if (!steps) return
  capture.policy = steps
  store.charge(capture, trace.length)
  store.changed(capture)
}

function stepsOf(trace: string): PolicyStep[] | undefined {
  const parsed = z.safeParse(traceSchema, jsonOf(trace))
  if (!parsed.success) return undefined
  return parsed.data.phases
    .flatMap(({ phase, rules }) => rules.flatMap((rule) => stepsOfRule(phase, rule)))
    .slice(0, MAX_POLICY_STEPS)
}

function stepsOfRule(phase: string, { index, name, matched, actions }: Rule): PolicyStep[] {
  const rule = name ?? `rule ${index + 1}`
  if (!matched) return [{ phase, rule, action: '', outcome: 'not matched', durationMs: null }]
  return actions.map(({ type, outcome, status, code, message }) => ({
    phase,
    rule,
    action: type,
    outcome: [outcome, status, code, message].filter((part) => part !== undefined).join(' '),
    durationMs: null,
  }))
}
