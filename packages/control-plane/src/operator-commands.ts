import { type ConnectionString, formatConnectionString } from '@tunnel/protocol'
import { CredentialStore } from './credentials/credential-store.ts'
import { readConnectionString } from './data/connection-string-file.ts'
import { openDataDirectory } from './data/data-directory.ts'
import { fileNames } from './data/file-names.ts'
import { ControlPlaneError } from './errors.ts'

/** The credentials of a data directory, beside the edge that runs on it or without one. */
export async function openCredentials(dataDir: string): Promise<CredentialStore> {
  const directory = await openDataDirectory(dataDir, { exclusive: false })
  return CredentialStore.open(directory.file(fileNames.credentials))
}

/** The connection string as the edge last kept it. Throws `ERR_CONTROL_PLANE_NOT_STARTED` before an edge's first start. */
export async function currentConnectionString(dataDir: string): Promise<string> {
  return formatConnectionString(await readKept(dataDir))
}

/** A connection string with a token of a new credential. It is shown once: the kept one stays as it is. */
export async function newConnectionString(dataDir: string, description: string): Promise<string> {
  const kept = await readKept(dataDir)
  const credentials = await openCredentials(dataDir)
  const { authtoken } = await credentials.createCredential(description)
  return formatConnectionString({ ...kept, authtoken })
}

async function readKept(dataDir: string): Promise<ConnectionString> {
  const directory = await openDataDirectory(dataDir, { exclusive: false })
  const kept = await readConnectionString(directory.file(fileNames.connectionString))
  if (kept) return kept
  throw new ControlPlaneError(
    'ERR_CONTROL_PLANE_NOT_STARTED',
    `${directory.path}: no edge has kept a connection string here; start tunnel-edge on it once`,
  )
}
