/** An expression that does not compile: where in its text, and why. */
export class CelCompileError extends Error {
  override readonly name = 'CelCompileError'
  /** Offsets in the expression, in UTF-16 units. */
  readonly start: number
  readonly end: number
  constructor(message: string, range: { readonly start: number; readonly end: number }, options?: ErrorOptions) {
    super(message, options)
    this.start = range.start
    this.end = range.end
  }
}

/** `budget`: a limit of the evaluation was passed (`ERR_TUNNEL_2249`); `value`: an operation on values that it does not take. */
export type CelErrorKind = 'value' | 'budget'

/** An expression that failed on the values of one request. */
export class CelError extends Error {
  override readonly name = 'CelError'
  readonly kind: CelErrorKind
  constructor(message: string, kind: CelErrorKind = 'value') {
    super(message)
    this.kind = kind
  }
}
