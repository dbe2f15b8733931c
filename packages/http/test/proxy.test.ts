import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createDuplexPair } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { proxy } from '../examples/proxy.ts'
import { bytesOf, readResponses } from './reading.ts'

test('the example proxy carries pipelined requests to a node:http server and its answers back', async () => {
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const { host, 'x-forwarded-for': address } = request.headers
    response.end(`${request.method} ${request.url} ${host} ${address} ${body}`)
  })
  const [visitor, edge] = createDuplexPair()
  const [upstream, service] = createDuplexPair()
  server.emit('connection', service)
  proxy(edge, upstream, '192.0.2.7')
  const post = 'POST /a HTTP/1.1\r\nHost: app.example\r\nContent-Length: 2\r\n\r\nhi'
  visitor.end(`${post}GET /b HTTP/1.1\r\nHost: app.example\r\n\r\nGET /c HTTP/1.1\n`)
  const { messages } = readResponses(await chunksOf(visitor), { asks: 'each' })
  expect(messages.map(({ head, body }) => [head.status, body])).toEqual([
    [200, 'POST /a app.example 192.0.2.7 hi'],
    [200, 'GET /b app.example 192.0.2.7 '],
    [400, ''],
  ])
  upstream.destroy()
  server.close()
})

/** Byte by byte, so that each response can be asked for before it comes. */
async function chunksOf(visitor: NodeJS.ReadableStream): Promise<Buffer[]> {
  return Array.from(bytesOf((await buffer(visitor)).toString('latin1')), (byte) => Buffer.of(byte))
}
