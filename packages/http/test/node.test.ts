import { METHODS } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chunkHead,
  forwardRequestHead,
  forwardTrailers,
  LAST_CHUNK,
  type RequestHead,
  serializeTrailers,
} from '../src/index.ts'
import { connectionBytes, responseBytes } from './messages.ts'
import { readWithNodeClient } from './node-client.ts'
import { type NodeMessage, readWithNode } from './node-server.ts'
import { bytesOf, type ReadMessage, readRequests, readResponses } from './reading.ts'

describe('against the parser in node:http', () => {
  test('reads no request that Node does not read, and none otherwise than Node', async () => {
    const seen = { accepted: 0, refusedByBoth: 0 }
    const property = fc.asyncProperty(connectionBytes, async (bytes) => {
      const here = readRequests([bytes], { finish: true })
      fc.pre(!hasTabAfterFraming(bytes))
      // Node refuses methods that it does not know; any token is one here.
      fc.pre(here.messages.every(({ head }) => METHODS.includes(head.method)))
      const node = await readWithNode(bytes)
      const messages = here.messages.filter(({ complete }) => complete).map(asNode)
      expect(node.messages.filter(({ complete }) => complete).slice(0, messages.length)).toEqual(messages)
      if (node.refused) expect(here.error).toBeDefined()
      seen.accepted += messages.length
      if (node.refused && here.error) seen.refusedByBoth++
    })
    await fc.assert(property, { numRuns: 3_000, seed: 20 })
    // A generator that only makes rubbish, or only good requests, would prove nothing.
    expect(seen.accepted).toBeGreaterThan(1_000)
    expect(seen.refusedByBoth).toBeGreaterThan(1_000)
  }, 60_000)

  test('what is forwarded of any requests is read by Node as just those requests', async () => {
    let forwarded = 0
    const property = fc.asyncProperty(connectionBytes, async (bytes) => {
      const sent = readRequests([bytes]).messages.filter(({ complete }) => complete)
      fc.pre(sent.length > 0 && sent.every(({ head }) => METHODS.includes(head.method)))
      const node = await readWithNode(bytesOf(sent.map(forward).join('')))
      expect(node.refused).toBe(false)
      const gist = ({ method, body, trailers, complete }: NodeMessage) => ({ method, body, trailers, complete })
      expect(node.messages.map(gist)).toEqual(sent.map(asNode).map(gist))
      forwarded += sent.length
    })
    await fc.assert(property, { numRuns: 1_000, seed: 21 })
    expect(forwarded).toBeGreaterThan(1_000)
  }, 60_000)

  test('reads no response that Node does not read, and none otherwise than Node', async () => {
    let accepted = 0
    const property = fc.asyncProperty(responseBytes, async (bytes) => {
      fc.pre(!hasTabAfterFraming(bytes))
      const here = readResponses([bytes], { finish: true })
      const message = here.messages[0]
      if (!message?.complete) return
      accepted++
      const { status, reason, headers } = message.head
      const { body, trailers } = message
      const informational = here.informational.map((head) => head.status)
      const expected = { informational, status, reason, headers, body, trailers: trailers ?? [], complete: true }
      expect(await readWithNodeClient(bytes)).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 1_500, seed: 22 })
    expect(accepted).toBeGreaterThan(500)
  }, 60_000)

  test('the comparison sees what each of the two reads', async () => {
    const bytes = bytesOf(
      'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    const node = await readWithNode(bytes)
    expect(node.messages.map(({ target, body }) => [target, body])).toEqual([
      ['/a', 'hi'],
      ['/b', ''],
    ])
    expect(await readWithNode(bytesOf('GET / HTTP/1.1\nHost: a\n\n'))).toEqual({ messages: [], refused: true })
  })
})

/** After a framing value Node takes a space but not a tab; both are whitespace around it: RFC 9112 §5.1. */
function hasTabAfterFraming(bytes: Buffer): boolean {
  return /(?:chunked|content-length:[ \t]*\d+)[ \t]*\t/i.test(bytes.toString('latin1'))
}

/** As a proxy sends it on over a connection that lives on: head, body and trailers framed anew. */
function forward({ head, body, trailers }: ReadMessage<RequestHead>): string {
  const start = forwardRequestHead({ ...head, upgrade: undefined }, { clientAddress: '192.0.2.7', proto: 'https' })
  if (head.framing !== 'chunked') return start + body
  const chunk = body === '' ? '' : `${chunkHead(body.length)}${body}\r\n`
  return start + chunk + (trailers ? serializeTrailers(forwardTrailers(trailers)) : LAST_CHUNK)
}

function asNode({ head, body, trailers, complete }: ReadMessage<RequestHead>): NodeMessage {
  const { method, target, headers } = head
  return { method, target, headers, body, trailers: trailers ?? [], complete }
}
