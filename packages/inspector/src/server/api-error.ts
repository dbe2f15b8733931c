import type { ApiError } from '../contract/agent.ts'
import { InspectorError, type InspectorErrorCode } from '../errors.ts'

/** An answer that says what is wrong, in the shape of the reference (agent.md §4.3). */
export class ApiFailure extends Error {
  readonly errorCode: number
  readonly status: number
  readonly details: Record<string, unknown>

  constructor(kind: FailureKind, details: Record<string, unknown> = {}) {
    const { errorCode, status, msg } = failures[kind]
    super(msg)
    this.errorCode = errorCode
    this.status = status
    this.details = details
  }

  toBody(): ApiError {
    return { error_code: this.errorCode, status_code: this.status, msg: this.message, details: this.details }
  }
}

/** Numbers up to 107 are the reference's. */
const failures = {
  notFound: { errorCode: 100, status: 404, msg: 'resource not found' },
  badRequest: { errorCode: 101, status: 400, msg: 'bad request' },
  notJson: { errorCode: 101, status: 415, msg: 'bad request' },
  tooLarge: { errorCode: 101, status: 413, msg: 'bad request' },
  definition: { errorCode: 102, status: 400, msg: 'invalid tunnel configuration' },
  start: { errorCode: 103, status: 502, msg: 'failed to start tunnel' },
  notReady: { errorCode: 104, status: 503, msg: 'tunnel is not yet ready to start tunnels' },
  internal: { errorCode: 107, status: 500, msg: 'internal error' },
  forbidden: { errorCode: 120, status: 403, msg: 'forbidden' },
  conflict: { errorCode: 121, status: 409, msg: 'not possible now' },
  notHere: { errorCode: 122, status: 501, msg: 'this program starts and stops its endpoints itself' },
} as const
export type FailureKind = keyof typeof failures

/** How errors of this package answer. */
const kinds: Readonly<Record<InspectorErrorCode, FailureKind>> = {
  ERR_INSPECTOR_ADDRESS_IN_USE: 'internal',
  ERR_INSPECTOR_ADDRESS: 'internal',
  ERR_INSPECTOR_DEFINITION: 'definition',
  ERR_INSPECTOR_START: 'start',
  ERR_INSPECTOR_NOT_READY: 'notReady',
  ERR_INSPECTOR_REPLAY: 'conflict',
  ERR_INSPECTOR_SEND: 'conflict',
  ERR_INSPECTOR_PIN: 'conflict',
  ERR_INSPECTOR_HAR: 'badRequest',
  ERR_INSPECTOR_SPOOL: 'internal',
  ERR_INSPECTOR_REDACTION: 'internal',
}

/** Any error as an answer. What is not ours says nothing of itself: it may hold what nobody is to see. */
export function failureFrom(cause: unknown): ApiFailure {
  if (cause instanceof ApiFailure) return cause
  if (cause instanceof InspectorError)
    return new ApiFailure(kinds[cause.code], { err: cause.message, code: cause.code })
  const { statusCode, message, validation } = cause as { statusCode?: number; message?: string; validation?: unknown }
  if (statusCode === 415) return new ApiFailure('notJson', { err: 'the body has to be application/json' })
  if (statusCode === 413) return new ApiFailure('tooLarge', { err: message })
  if (validation || (statusCode !== undefined && statusCode >= 400 && statusCode < 500)) {
    return new ApiFailure('badRequest', { err: message })
  }
  return new ApiFailure('internal', { err: 'see the log of the agent' })
}
