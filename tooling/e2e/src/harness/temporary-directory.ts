import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that is gone when the process is. Short, because unix socket paths are. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tunnel-e2e-'))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}
