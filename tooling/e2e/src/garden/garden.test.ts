import { describe, expect, test } from 'vitest'
import { findProgram } from '../harness/find-program.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { HOST } from '../smuggling/case.ts'
import { chunkCases } from '../smuggling/chunks.ts'
import { codingCases } from '../smuggling/codings.ts'
import { headCases } from '../smuggling/heads.ts'
import { lengthCases } from '../smuggling/lengths.ts'
import { ask as askOnce, startMisbehavingUpstream } from '../smuggling/misbehaving-upstream.ts'
import { responseCases } from '../smuggling/response-cases.ts'
import { type LastReader, startLastReader } from './last-reader.ts'
import { mutate } from './mutate.ts'
import { plants, startPlant } from './plants.ts'
import { SeededRandom } from './random.ts'
import { listenToAgent } from './said.ts'
import { notSaid } from './understood.ts'

const CASES = Number(process.env.GARDEN_CASES ?? 150)
const SEED = Number(process.env.GARDEN_SEED ?? 1)
const NEXT = `GET /next HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`
const cases = [...lengthCases, ...codingCases, ...chunkCases, ...headCases]
const all = cases.map(({ bytes }) => bytes)
/** What is good goes on from here more often than not. */
const good = cases
  .filter(({ verdict }) => typeof verdict === 'object' && 'understood' in verdict)
  .map(({ bytes }) => bytes)
const timeout = 60_000 + CASES * 200

describe(`${CASES} mutated requests of seed ${SEED}: no server understands what the edge did not say`, () => {
  test('node:http', { timeout }, async () => {
    const reader = await startLastReader()
    await tend('node:http', reader, reader.port)
  })

  for (const plant of plants) {
    const path = findProgram(plant.program)
    test.skipIf(path === undefined)(`${plant.name} (needs ${plant.program})`, { timeout }, async () => {
      const reader = await startLastReader()
      const port = await startPlant(plant, path as string, temporaryDirectory(), reader.port)
      await tend(plant.name, reader, port)
    })
  }
})

test(`${CASES} mutated responses of seed ${SEED}: the next visitor reads its own answer`, { timeout }, async () => {
  const tunnel = await startTestEdge({ limits: { lingerTimeoutMs: 20 } })
  const upstream = await startMisbehavingUpstream()
  await tunnel.forward(upstream, { url: `http://${HOST}` })
  const random = new SeededRandom(SEED)
  const answers = responseCases.map(({ bytes }) => bytes)
  const firsts: Record<string, number> = {}
  for (let index = 0; index < CASES; index++) {
    const bytes = mutate(random.pick(answers), random, answers)
    upstream.misbehave({ bytes, ends: true })
    const first = (await askOnce(tunnel)).split(' ', 1)[0] as string
    firsts[first] = (firsts[first] ?? 0) + 1
    expect({ bytes, next: await askOnce(tunnel) }).toEqual({ bytes, next: '200 "second"' })
  }
  process.stdout.write(`garden: responses ${JSON.stringify(firsts)}\n`)
})

async function tend(name: string, reader: LastReader, serverPort: number): Promise<void> {
  const said = await listenToAgent(serverPort)
  const tunnel = await startTestEdge({ limits: { lingerTimeoutMs: 20 } })
  await tunnel.forward(said, { url: `http://${HOST}` })
  const random = new SeededRandom(SEED)
  const counts = { requests: 0, refused: 0, said: 0, understood: 0 }
  for (let index = 0; index < CASES; index++) {
    const bytes = mutate(random.pick(random.below(5) === 0 ? all : good), random, all)
    const before = { said: said.whole.length, understood: reader.whole.length }
    const wasRefused = await ask(tunnel, bytes, reader)
    const strange = notSaid(reader.whole.slice(before.understood), said.whole.slice(before.said))
    expect({ bytes, strange, faults: said.faults }).toEqual({ bytes, strange: [], faults: [] })
    counts.requests++
    if (wasRefused) counts.refused++
    counts.said += said.whole.length - before.said
    counts.understood += reader.whole.length - before.understood
  }
  expect(counts.understood).toBeGreaterThan(0)
  process.stdout.write(`garden: ${name.padEnd(9)} ${JSON.stringify(counts)}\n`)
}

/** Sends the bytes and one good request behind them, and waits until all is quiet. Answers whether the edge refused something. */
async function ask(tunnel: TestEdge, bytes: string, reader: LastReader): Promise<boolean> {
  const visitor = await openTcp(tunnel.httpPort)
  visitor.finish(bytes + NEXT)
  const text = await visitor.receiveAll().catch((error: Error) => {
    throw new Error(`${error.message}, having sent ${JSON.stringify(bytes)}`)
  })
  await until(() => reader.openRequests === 0, 'the last reader to be done')
  return /^HTTP\/1\.1 (400|405|414|431|501|505) /m.test(text)
}
