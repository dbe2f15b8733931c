import { randomBytes } from 'node:crypto'
import { ControlPlaneError } from '../errors.ts'
import { readDataFile, writeDataFile } from './data-file.ts'

const RESUME_KEY_BYTES = 32

/** The key that signs resume cookies: made once and kept, so that agents resume after the edge restarts. */
export async function keepResumeKey(path: string): Promise<Buffer> {
  const kept = await readDataFile(path)
  if (!kept) {
    const key = randomBytes(RESUME_KEY_BYTES)
    await writeDataFile(path, key)
    return key
  }
  if (kept.length !== RESUME_KEY_BYTES) {
    throw new ControlPlaneError(
      'ERR_CONTROL_PLANE_DATA_INVALID',
      `${path}: ${kept.length} bytes, expected ${RESUME_KEY_BYTES}; remove it and a new one is made (agents then bind anew)`,
    )
  }
  return kept
}
