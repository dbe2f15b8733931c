/** Everything here that a stranger, an operator or time can make grow, with its bound. */
export interface ControlPlaneLimits {
  /** Certificates issued on demand and kept in memory, about 42 KB each; beyond, the one unused for longest goes. @default 1_000 */
  maxCachedCertificates: number
  /** Credentials in the file. Beyond: `ERR_CONTROL_PLANE_LIMIT`. @default 10_000 */
  maxCredentials: number
  /** A credential's description, in characters. Beyond: `ERR_CONTROL_PLANE_LIMIT`. @default 255 */
  maxDescriptionLength: number
  /** Rules in a credential's `acl`. Beyond: `ERR_CONTROL_PLANE_LIMIT`. @default 100 */
  maxAclRules: number
  /** Any file of the data directory, in bytes. Beyond: `ERR_CONTROL_PLANE_DATA_INVALID`. @default 8 MiB */
  maxFileBytes: number
}

export const defaultControlPlaneLimits: Readonly<ControlPlaneLimits> = {
  maxCachedCertificates: 1000,
  maxCredentials: 10_000,
  maxDescriptionLength: 255,
  maxAclRules: 100,
  maxFileBytes: 8 * 1024 * 1024,
}
