import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const paths: string[] = []

/** A directory that is gone when the tests of the file are done. Short, because unix socket paths are. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tunnel-e2e-'))
  paths.push(path)
  return path
}

afterAll(() => {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
})
