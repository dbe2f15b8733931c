import { expect, test } from 'vitest'
import { request } from './harness/http-request.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { startUpstream } from './harness/upstream.ts'

test('an endpoint serves its upstream', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end('hello'))
  const listener = await tunnel.forward(upstream, { url: tunnel.url('app') })

  expect(await request(listener.url())).toMatchObject({ status: 200, text: 'hello' })
})
