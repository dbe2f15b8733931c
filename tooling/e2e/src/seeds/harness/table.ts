import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, isShown, type OtherPartsExample, type ShownExample } from './example.ts'
import { runCommand, runProgram, runRefused } from './running.ts'
import { openSeedEdge } from './seed-edge.ts'

/** Runs every example of a seed that is one of endpoints and upstreams, and counts the others by what they belong to. */
export function testSeed(seed: string, domains: readonly [string, ...string[]], examples: readonly Example[]): void {
  const shown = examples.filter(isShown)
  describe(`examples of ${seed}`, () => {
    beforeAll(async () => {
      await openSeedEdge(domains)
    })
    for (const example of shown) test(titleOf(example), () => run(example))
    afterAll(() => {
      process.stdout.write(`${countsOf(seed, examples)}\n`)
    })
  })
}

const titleOf = ({ at, printed, expected }: ShownExample): string =>
  `${at}: ${printed.startsWith('ngrok ') ? printed : 'ngrok.forward(…)'}: ${expected}`

async function run(example: ShownExample): Promise<void> {
  const { printed, today } = example
  if (today) {
    const refused = await runRefused(example, printed)
    expect(refused.code).toBe(1)
    expect(refused.printed).toContain(today.advice)
  }
  const isProgram = printed.startsWith('const ngrok = require')
  await example.shown(await (isProgram ? runProgram(example) : runCommand(example, today?.command ?? printed)))
}

/** `002: 94 examples: 23 run, 71 not run (SSH gateway 10, …)`. */
function countsOf(seed: string, examples: readonly Example[]): string {
  const others = examples.filter((example): example is OtherPartsExample => !isShown(example))
  const counts = new Map<string, number>()
  for (const { belongsTo } of others) counts.set(belongsTo, (counts.get(belongsTo) ?? 0) + 1)
  const list = [...counts].map(([part, count]) => `${part} ${count}`).join(', ')
  return `${seed}: ${examples.length} examples: ${examples.length - others.length} run, ${others.length} not run (${list})`
}
