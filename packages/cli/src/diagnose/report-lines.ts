import type { Diagnosis, TestResult } from '@tunnel/agent-core'
import { printable } from '../printable.ts'

const NAME_WIDTH = 42
const MARKS = { ok: '[ OK ]', warn: '[ WARN ]', error: '[ ERR ]', skipped: '[ -- ]' }

/** A test as it comes: `  TCP                 [ OK ]`, and below it, with `isVerbose`, what was found. */
export function testLines({ name, state, details, durationMs }: TestResult, isVerbose: boolean): string[] {
  const line = `  ${name.padEnd(NAME_WIDTH - 2)}${MARKS[state].padStart(8)}`
  if (!isVerbose) return [printable(line)]
  const found = [...details, ...(state === 'skipped' ? [] : [`took ${Math.round(durationMs)} ms`])]
  return [line, ...found.map((detail) => `    ${detail}`)].map(printable)
}

/** What went wrong, with what to do, as a tree: section, test, problem. */
export function problemLines({ sections }: Diagnosis): string[] {
  const lines: string[] = []
  for (const { title, tests } of sections) {
    const problems = tests.filter(({ problem }) => problem)
    if (problems.length === 0) continue
    lines.push(`  • ${title}`)
    for (const { name, state, problem } of problems) {
      if (!problem) continue
      lines.push(`    • ${name}`)
      lines.push(`      • ${state === 'error' ? 'Err' : 'Warn'}: ${problem.message} (${problem.code})`)
      lines.push(`        ${problem.advice}`)
    }
  }
  if (lines.length === 0) return []
  return ['', 'Errors and warnings encountered during diagnostics:', ...lines].map(printable)
}

/** One line for each edge that answered. */
export function successLines({ edges }: Diagnosis): string[] {
  return edges.map(({ serverAddr, region, latencyMs }) => {
    const latency = latencyMs === undefined ? 'unknown' : `${latencyMs.toFixed(1)}ms`
    return printable(
      `Successfully established a connection to ${serverAddr}! (region: '${region}', latency: ${latency})`,
    )
  })
}
