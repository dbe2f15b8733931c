import { expect, test } from 'vitest'
import { startTestEdge } from '../harness/test-edge.ts'
import { HOST } from './case.ts'
import { ask, startMisbehavingUpstream } from './misbehaving-upstream.ts'
import { responseCases } from './response-cases.ts'
import { SmugglingTable } from './table.ts'

const table = new SmugglingTable('from the upstream, over HTTP/1.1')

test('an answer that could be read in two ways is none; no visitor reads what was behind another answer', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startMisbehavingUpstream()
  await tunnel.forward(upstream, { url: `http://${HOST}` })

  const got: string[] = []
  for (const one of responseCases) {
    upstream.misbehave(one)
    const first = await ask(tunnel, one.method)
    const second = await ask(tunnel)
    table.row('response', one.name, { first, second })
    got.push(`${one.name}: ${first}, ${second}`)
  }
  expect(got).toEqual(responseCases.map(({ name, first }) => `${name}: ${first}, 200 "second"`))
})
