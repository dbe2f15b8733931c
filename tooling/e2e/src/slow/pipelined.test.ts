import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { DOMAIN } from '../harness/identity.ts'
import { RawConnection } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until, untilStill } from '../harness/until.ts'

/** More than the buffers of both kernels hold, of requests and of answers, which are pages. */
const REQUESTS = 24_000
const REQUEST = `GET / HTTP/1.1\r\nHost: nobody.${DOMAIN}\r\nAccept: text/html\r\nX: ${'x'.repeat(500)}\r\n\r\n`
const AT_ONCE = 20

/** A visitor that asks for all of it and reads nothing yet. */
function pipeline(tunnel: TestEdge) {
  const visitor = new RawConnection(connect({ port: tunnel.httpPort, host: '127.0.0.1', allowHalfOpen: true }))
  visitor.socket.pause()
  let taken = 0
  for (let asked = 0; asked < REQUESTS; asked += AT_ONCE)
    visitor.socket.write(REQUEST.repeat(AT_ONCE), (error) => {
      if (!error) taken += AT_ONCE
    })
  return { visitor, taken: () => taken }
}

test('a visitor that reads no answers is asked for no more requests, and closed as an idle one', async () => {
  const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 300 } })
  const { visitor, taken } = pipeline(tunnel)
  await until(() => taken() > 0, 'the first requests to be taken')
  await until(() => tunnel.edge.visitorCount === 0, 'the edge to close the connection', 30_000)
  visitor.socket.destroy()
  expect(taken()).toBeLessThan(REQUESTS)
})

test('a visitor that reads late gets every answer', async () => {
  const tunnel = await startTestEdge()
  const { visitor, taken } = pipeline(tunnel)
  await untilStill(taken)
  visitor.finish().socket.resume()
  const answers = await visitor.receiveAll()
  expect(answers.match(/HTTP\/1\.1 404 /g)).toHaveLength(REQUESTS)
})
