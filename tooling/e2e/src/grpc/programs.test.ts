import { credentials, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { openGrpc, outcomeOf, startGrpcService } from './harness.ts'

test('tunnel http --upstream-protocol http2 puts a gRPC service online', async () => {
  const { port } = await startGrpcService({
    Unary: ({ request }, answer) => answer(null, { text: `${request.text}!` }),
  })
  const edge = await startEdgeProgram()
  const agent = await startAgentProgram(edge.connectionString, ['http', String(port), '--upstream-protocol', 'http2'])
  const client = await openGrpc(agent.urls[0] as string, {}, credentials.createSsl(Buffer.from(edge.ca)))
  const outcome = await outcomeOf((answer) => client.Unary({ text: 'hello' }, answer))
  expect(outcome).toMatchObject({ code: status.OK, reply: { text: 'hello!' } })
})
