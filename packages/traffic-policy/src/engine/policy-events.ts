/** What the events of a connection or request tell of its policy. Reference §8.7 */
export interface PolicyEvents {
  /** `traffic_policy.logs[]` */
  readonly logs: { readonly metadata: Record<string, unknown> }[]
  /** Bytes of JSON in `logs`. */
  logBytes: number
  basicAuth?: { readonly decision: 'allow' | 'block'; readonly username: string }
  circuitBreaker?: 'allow' | 'block' | 'allow_while_open'
  compression?: string
  ipPolicy?: 'allow' | 'block'
  userAgentFilter?: 'allow' | 'block'
  webhookVerification?: 'allow' | 'block'
}

/** Bytes of JSON that the `log` actions of one request may leave. Reference §4.12 */
export const MAX_LOG_BYTES = 16_384

export const createPolicyEvents = (): PolicyEvents => ({ logs: [], logBytes: 0 })
