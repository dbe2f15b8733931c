// `npm test`: everything a fresh machine needs, then every test of the workspace. Ends with `N passed, N failed`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, root } from './ensure.mjs'

await ensureBuilt()

const directory = mkdtempSync(join(tmpdir(), 'tunnel-test-'))
const report = join(directory, 'report.json')
const reporters = ['default', 'json', join(root, 'tooling/bootstrap/second-tries.mjs')].map(
  (name) => `--reporter=${name}`,
)
const args = ['run', ...reporters, `--outputFile.json=${report}`, ...process.argv.slice(2)]
const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
  cwd: root,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))

child.on('close', (code) => {
  let passed = 0
  let failed = 0
  let skipped = 0
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'))
    passed = result.numPassedTests
    // A file that cannot even be loaded has no tests, and has failed all the same.
    failed =
      result.numFailedTests +
      result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
    skipped = result.numPendingTests + (result.numTodoTests ?? 0)
  } catch {
    failed = 1
  }
  if (code !== 0 && failed === 0) failed = 1
  rmSync(directory, { recursive: true, force: true })
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  process.exitCode = failed === 0 ? 0 : 1
})
