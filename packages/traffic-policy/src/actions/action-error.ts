/** Codes that an action itself gives at run time, with the status that a visitor is answered with. Reference §9 */
const STATUS = {
  /** The header name is not a token. */
  ERR_TUNNEL_2210: 500,
  /** The header value has a control character. */
  ERR_TUNNEL_2211: 500,
  /** A text is not a CIDR. */
  ERR_TUNNEL_2217: 500,
  /** More entries than the action takes. */
  ERR_TUNNEL_2218: 500,
  /** The header is not the policy's to set or remove. */
  ERR_TUNNEL_2219: 500,
  /** A configuration value cannot be read. */
  ERR_TUNNEL_2228: 500,
  /** A setting is required because of another one. */
  ERR_TUNNEL_2240: 500,
  /** What an action makes is larger than its limit. */
  ERR_TUNNEL_2249: 500,
  /** A configuration field came out as something that cannot be used. */
  ERR_TUNNEL_2253: 500,
  /** A user name that RFC 7617 does not allow. */
  ERR_TUNNEL_2257: 500,
  /** A password that RFC 7617 does not allow. */
  ERR_TUNNEL_2258: 500,
  /** A field is not a regular expression of RE2. */
  ERR_TUNNEL_2261: 500,
  /** A server could not be reached, or gave no response. */
  ERR_TUNNEL_3007: 502,
  /** The endpoint that a request is for is offline. */
  ERR_TUNNEL_3200: 404,
  ERR_TUNNEL_3202: 503,
  ERR_TUNNEL_3203: 403,
  ERR_TUNNEL_3204: 403,
  ERR_TUNNEL_3205: 403,
  ERR_TUNNEL_3206: 400,
  ERR_TUNNEL_3211: 403,
  ERR_TUNNEL_3213: 403,
  ERR_TUNNEL_3214: 502,
  ERR_TUNNEL_3401: 401,
  ERR_TUNNEL_3403: 403,
  ERR_TUNNEL_3406: 401,
  ERR_TUNNEL_3408: 401,
  ERR_TUNNEL_3411: 400,
  ERR_TUNNEL_3412: 400,
  ERR_TUNNEL_3413: 401,
  ERR_TUNNEL_3414: 400,
  ERR_TUNNEL_3415: 401,
  ERR_TUNNEL_3416: 401,
  ERR_TUNNEL_3422: 503,
  ERR_TUNNEL_3601: 502,
  ERR_TUNNEL_3602: 504,
  ERR_TUNNEL_3603: 508,
  ERR_TUNNEL_3604: 500,
  ERR_TUNNEL_3901: 500,
  ERR_TUNNEL_3903: 500,
  ERR_TUNNEL_3904: 500,
} as const

export type ActionErrorCode = keyof typeof STATUS

/** Every code there is; ACTIONS.md lists the same. */
export const actionErrorCodes = Object.keys(STATUS) as readonly ActionErrorCode[]

/** An action that failed, or that refuses a request. Its message holds no secret and nothing of a body. */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly code: ActionErrorCode
  /** The status to answer the visitor with. */
  readonly status: number

  constructor(code: ActionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS[code]
  }
}

/** `actions.ngrok.<action>.error`. Reference §4.1 */
export interface ActionErrorResult {
  code: string
  message: string
}

export function errorResult(error: ActionError): ActionErrorResult {
  return { code: error.code, message: error.message }
}
