import type { PolicyError, RefuseOutcome } from '@tunnel/traffic-policy'
import { errorCodeOf, reasonOf, type VisitorError } from '../http/error-response.ts'

/** The answer to what a policy refuses. */
export function refused({ status, code, message, headers }: RefuseOutcome): VisitorError {
  return {
    number: Number(code.slice('ERR_TUNNEL_'.length)),
    status,
    title: `${reasonOf(status)}.`,
    detail: `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}.`,
    headers,
    isDecision: true,
  }
}

/** What happened inside is for the log. */
export function policyBroke(): VisitorError {
  return {
    number: 2300,
    status: 500,
    title: 'The traffic policy failed.',
    detail: 'The request was not let through, since its policy could not decide.',
    isDecision: true,
  }
}

export function noDecisionInTime(): VisitorError {
  return { ...policyBroke(), status: 504, detail: 'The traffic policy did not decide in time.' }
}

/** Why another endpoint gave no answer, for the rules that come next. */
export function policyErrorOf(error: VisitorError): PolicyError {
  return { code: errorCodeOf(error) ?? 'ERR_TUNNEL_3007', message: `${error.title} ${error.detail}`.trim() }
}
