import * as z from 'zod'
import { readDataFile, writeDataFile } from '../data/data-file.ts'
import { ControlPlaneError } from '../errors.ts'
import type { ControlPlaneLimits } from '../limits.ts'

const bound = z.int().min(1).optional()

const credentialLimitsSchema = z.strictObject({
  maxSessions: bound,
  maxEndpoints: bound,
  maxConnectionsPerMinute: bound,
  maxRequestsPerMinute: bound,
  maxBytesPerMinute: bound,
})

const storedCredentialSchema = z.strictObject({
  id: z.string().regex(/^cr_[0-9A-Za-z]{27}$/),
  accountId: z.string().regex(/^ac_[0-9A-Za-z]{27}$/),
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  description: z.string(),
  createdAt: z.iso.datetime(),
  acl: z.array(z.string()).default([]),
  limits: credentialLimitsSchema.default({}),
})

const credentialsFileSchema = z.strictObject({
  version: z.literal(1),
  /** Whose the next credentials are. */
  accountId: z.string().regex(/^ac_[0-9A-Za-z]{27}$/),
  credentials: z.array(storedCredentialSchema),
})

export type StoredCredential = z.infer<typeof storedCredentialSchema>
export type CredentialsFile = z.infer<typeof credentialsFileSchema>

/** Faults named in one message: a file of another kind has one for each line. */
const MAX_FAULTS_SHOWN = 3

/** `undefined` where there is no file; `ERR_CONTROL_PLANE_DATA_INVALID` says what is wrong in it and where. */
export async function readCredentialsFile(
  path: string,
  limits: ControlPlaneLimits,
): Promise<CredentialsFile | undefined> {
  const bytes = await readDataFile(path, limits.maxFileBytes)
  if (!bytes) return undefined
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch (cause) {
    throw invalid(path, 'not JSON', cause)
  }
  const parsed = credentialsFileSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues
    .slice(0, MAX_FAULTS_SHOWN)
    .map((issue) => `${pathText(issue.path)}: ${issue.message}`)
  throw invalid(path, faults.join('; '))
}

export function writeCredentialsFile(path: string, file: CredentialsFile): Promise<void> {
  return writeDataFile(path, `${JSON.stringify(file, null, 2)}\n`)
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the whole'
}

function invalid(path: string, what: string, cause?: unknown): ControlPlaneError {
  return new ControlPlaneError('ERR_CONTROL_PLANE_DATA_INVALID', `${path}: ${what}`, { cause })
}
