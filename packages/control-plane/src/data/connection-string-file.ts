import { type ConnectionString, formatConnectionString, parseConnectionString } from '@tunnel/protocol'
import type { CredentialStore } from '../credentials/credential-store.ts'
import { ControlPlaneError } from '../errors.ts'
import { readDataFile, writeDataFile } from './data-file.ts'

/** Where agents reach the edge. */
export interface EdgeAddress {
  host: string
  port: number
}

/**
 * Brings the kept connection string up to date with the edge that runs now, and returns it.
 *
 * Credentials keep a token only as a hash: the token made at the first start stays readable in this file alone. It stays
 * until the operator takes it out (or deletes the file) or the credential is deleted; from then on the string has none.
 */
export async function keepConnectionString(
  path: string,
  edge: EdgeAddress & { caFingerprint: string },
  credentials: CredentialStore,
): Promise<string> {
  const authtoken = credentials.isUntouched
    ? (await credentials.createCredential('made at the first start')).authtoken
    : await liveTokenIn(path, credentials)
  const text = formatConnectionString({ ...edge, ...(authtoken === undefined ? {} : { authtoken }) })
  await writeDataFile(path, `${text}\n`)
  return text
}

async function liveTokenIn(path: string, credentials: CredentialStore): Promise<string | undefined> {
  const { authtoken } = (await readConnectionString(path)) ?? {}
  return authtoken !== undefined && (await credentials.findByAuthtoken(authtoken)) ? authtoken : undefined
}

/** `undefined` where there is no file. */
export async function readConnectionString(path: string): Promise<ConnectionString | undefined> {
  const bytes = await readDataFile(path)
  if (!bytes) return undefined
  try {
    return parseConnectionString(bytes.toString())
  } catch (cause) {
    throw new ControlPlaneError('ERR_CONTROL_PLANE_DATA_INVALID', `${path}: not a connection string; remove it`, {
      cause,
    })
  }
}
