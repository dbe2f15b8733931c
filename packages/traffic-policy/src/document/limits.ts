/** Bounds of a document. Reference §1.7 */
export interface PolicyLimits {
  /** Bytes of UTF-8. @default 262_144 */
  readonly maxDocumentBytes: number
  /** Rules of all phases together. @default 1000 */
  readonly maxRules: number
  /** Expressions of one rule. @default 100 */
  readonly maxExpressions: number
  /** Actions of one rule. @default 100 */
  readonly maxActions: number
  /** Uses of YAML aliases. @default 100 */
  readonly maxAliases: number
  /** Faults that are reported; a document with more is wrong in the same way many times. @default 100 */
  readonly maxFaults: number
}

export const defaultPolicyLimits: PolicyLimits = {
  maxDocumentBytes: 262_144,
  maxRules: 1000,
  maxExpressions: 100,
  maxActions: 100,
  maxAliases: 100,
  maxFaults: 100,
}

/** Bounds of action configurations that no option changes. Reference §1.7 */
export const configLimits = {
  maxHeaders: 10,
  maxHeaderNameLength: 128,
  maxHeaderValueLength: 8192,
  maxCidrs: 1000,
  maxBucketKeys: 10,
  maxCredentials: 10,
  maxJwksUrls: 100,
  maxQueryParams: 32,
  maxQueryKeyLength: 128,
  maxQueryValueLength: 8192,
  maxReplacements: 100,
  maxUserAgentPatterns: 100,
  maxVars: 100,
  /** Lists and maps within one value of `set-vars` or `log`. */
  maxValueDepth: 10,
  maxCertificateAuthorities: 10,
} as const
