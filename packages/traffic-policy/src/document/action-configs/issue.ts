import type { PolicyFaultCode } from '../../errors.ts'

/** What a schema's own check says of a value: with a code, and where in a text. */
export type FaultParams = { fault: PolicyFaultCode; offset?: number }

// An alias, since zod takes issues with any further properties, which an interface does not promise.
export type FaultIssue = { code: 'custom'; message: string; params: FaultParams; input: unknown }

export const issue = (fault: PolicyFaultCode, message: string, input: unknown, offset?: number): FaultIssue => ({
  code: 'custom',
  message,
  input,
  params: { fault, ...(offset !== undefined && { offset }) },
})
