import * as z from 'zod'

/** `ERR_TUNNEL_<n>`: the number is the contract, the wording is free. */
export type TunnelErrorCode = `ERR_TUNNEL_${number}`

/** An error as it travels between edge and agent (SPEC §4). */
export const wireErrorSchema = z.object({
  code: z.string().regex(/^ERR_TUNNEL_[1-9]\d{0,5}$/) as z.ZodType<TunnelErrorCode>,
  message: z.string().max(4096),
  /** Whether the same attempt can succeed later. `false` tells the agent not to reconnect. */
  retryable: z.boolean(),
})
export type WireError = z.infer<typeof wireErrorSchema>

/** What {@link TunnelError} knows of each code raised between agent and edge. */
const RETRYABLE: Readonly<Record<number, true>> = {
  108: true,
  110: true,
  128: true,
  348: true,
  349: true,
  503: true,
  800: true,
  801: true,
  802: true,
  803: true,
  3210: true,
  8012: true,
}

/**
 * An error with a number of the reference catalogue. Users branch on `code`.
 * `retryable` follows the catalogue: authentication, version and validation errors are final, faults and overload are not.
 */
export class TunnelError extends Error {
  override readonly name = 'TunnelError'
  readonly code: TunnelErrorCode
  readonly retryable: boolean

  constructor(number: number, message: string, options: ErrorOptions & { retryable?: boolean } = {}) {
    super(message, options)
    this.code = `ERR_TUNNEL_${number}`
    this.retryable = options.retryable ?? RETRYABLE[number] === true
  }

  /** The service's own name of the code in the JS SDK surface (`err.errorCode`). */
  get errorCode(): TunnelErrorCode {
    return this.code
  }

  toWire(): WireError {
    return { code: this.code, message: this.message.slice(0, 4096), retryable: this.retryable }
  }

  static fromWire(wire: WireError): TunnelError {
    return new TunnelError(Number(wire.code.slice('ERR_TUNNEL_'.length)), wire.message, { retryable: wire.retryable })
  }

  /** Turns whatever was caught into ours: an error of ours stays itself, anything else is an internal fault (802) with its cause kept. */
  static from(cause: unknown): TunnelError {
    if (cause instanceof TunnelError) return cause
    return new TunnelError(802, 'internal error', { cause })
  }
}
