import { describeIssue } from '../document/describe-issue.ts'
import { FaultList } from '../document/fault-list.ts'
import { defaultPolicyLimits } from '../document/limits.ts'
import { parseDocument } from '../document/parse-document.ts'
import { keysAt } from '../document/schema-keys.ts'
import type { PolicyFault } from '../errors.ts'
import { casesSchema, type PolicyCases } from './case-schema.ts'

/** Bytes of a file of cases. */
export const MAX_CASES_BYTES = 1024 * 1024

export type ParsedCases =
  | { readonly ok: true; readonly cases: PolicyCases }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] }

/** Reads a file of cases, YAML or JSON. All that is wrong with it is reported at once; the codes are those of policy documents. */
export function parsePolicyCases(text: string): ParsedCases {
  const document = parseDocument(text, { ...defaultPolicyLimits, maxDocumentBytes: MAX_CASES_BYTES })
  if (!document.ok) return document
  const result = casesSchema.safeParse(document.root, { reportInput: true })
  if (result.success) return { ok: true, cases: result.data }
  const list = new FaultList(document.positions, defaultPolicyLimits.maxFaults)
  for (const issue of result.error.issues)
    for (const { code, message, path, offset, key } of describeIssue(issue, (inner) => keysAt(casesSchema, inner)))
      list.add(code, path, message, { ...(offset !== undefined && { offset }), ...(key !== undefined && { key }) })
  return { ok: false, faults: list.faults }
}
