import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseOptions } from './options.ts'
import { killEveryChild } from './process.ts'
import { createReport, type Report, thisMachine } from './report.ts'
import { runScenario, type ScenarioResult } from './run.ts'
import { machineLine, reportText } from './table.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)

async function main(signal: AbortSignal): Promise<void> {
  const startedAt = new Date().toISOString()
  const { rounds, seconds, scenarios, peers, pinsFront, jsonPath } = parseOptions(process.argv.slice(2), startedAt)
  const machine = thisMachine()
  print(machineLine(machine))

  const dir = await createTemporaryDirectory()
  const results: ScenarioResult[] = []
  for (const scenario of scenarios) {
    results.push(await runScenario(scenario, { rounds, seconds, peers, pinsFront, dir, signal, log: print }))
  }

  const report = createReport({ startedAt, machine, rounds, seconds, pinsFront }, results)
  print(`\n${reportText(report)}\n`)
  await mkdir(dirname(jsonPath), { recursive: true })
  await writeFile(jsonPath, `${JSON.stringify(report, null, 2)}\n`)
  print(`written to ${jsonPath}`)
  if (!isClean(report)) process.exitCode = 1
}

/** Other users may pass through it: sshd runs as one where we are root. */
async function createTemporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tunnel-bench-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  await chmod(dir, 0o711)
  return dir
}

function isClean({ scenarios, floors }: Report): boolean {
  return scenarios.every(({ failed }) => failed.length === 0) && floors.every(({ outcome }) => outcome !== 'miss')
}

/** The first signal stops what runs and cleans up; the second does not wait for that. */
function abortOnSignals(controller: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1)
      controller.abort(new Error(`stopped by ${name}`))
    })
  }
}

const controller = new AbortController()
// One for each connection that is measured.
setMaxListeners(0, controller.signal)
abortOnSignals(controller)
process.once('exit', killEveryChild)
try {
  await main(controller.signal)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = controller.signal.aborted ? 130 : 1
}
