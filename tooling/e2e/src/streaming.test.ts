import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from './harness/http-request.ts'
import { openHttp2, readHttp2Answer } from './harness/http2-client.ts'
import { digestOf, LargeBody } from './harness/large-body.ts'
import { visit } from './harness/raw-connection.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, untilStill, within } from './harness/until.ts'
import { startRawUpstream, startUpstream } from './harness/upstream.ts'
import { writeEndlessly } from './harness/write-endlessly.ts'

/** What a visitor can be held back by, at most: kernel buffers and the windows and queues of edge and agent. */
const MAX_BYTES_ON_THE_WAY = 32 * 1024 * 1024

const nextChunk = async (stream: Readable): Promise<string> =>
  String((await within(once(stream, 'data'), 'a chunk'))[0])

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  test('server-sent events arrive one by one', async () => {
    const tunnel = await startTestEdge()
    let send: (text: string) => void = () => {}
    const upstream = await startUpstream((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      send = (text) => response.write(`data: ${text}\n\n`)
    })
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url())
    outgoing.end()
    const response = await responseTo(outgoing)
    for (const word of ['one', 'two', 'three']) {
      send(word)
      expect(await nextChunk(response)).toBe(`data: ${word}\n\n`)
    }
    outgoing.destroy()
  })

  test('a chunked upload is heard and answered chunk by chunk', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      response.flushHeaders()
      incoming.on('data', (chunk: Buffer) => response.write(`heard ${chunk}`))
      incoming.on('end', () => response.end('all'))
    })
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url(), { method: 'POST' })
    outgoing.flushHeaders()
    const response = await responseTo(outgoing)
    for (const word of ['one', 'two', 'three']) {
      outgoing.write(word)
      expect(await nextChunk(response)).toBe(`heard ${word}`)
    }
    outgoing.end()
    expect(await readAnswer(response)).toMatchObject({ text: 'all' })
  })

  test('a client that expects 100 gets it from its upstream, before it sends its body', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      incoming.pipe(response)
    })
    upstream.server.on('checkContinue', (incoming: IncomingMessage, response) => {
      response.writeContinue()
      incoming.pipe(response)
    })
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url(), {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': '5' },
    })
    outgoing.flushHeaders()
    await within(once(outgoing, 'continue'), '100')
    outgoing.end('hello')
    expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ status: 200, text: 'hello' })
  })

  test('a client that expects 100 may be refused instead', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream(() => {})
    upstream.server.on('checkContinue', (_incoming, response) => response.writeHead(417).end('no'))
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url(), {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': '5' },
    })
    outgoing.flushHeaders()
    expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ status: 417, text: 'no' })
  })

  test('early hints come before the answer', async () => {
    const tunnel = await startTestEdge()
    let answer: () => void = () => {}
    const upstream = await startUpstream((_incoming, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      answer = () => response.end('the page')
    })
    const outgoing = await startRequest((await tunnel.forward(upstream, { schemes: scheme })).url())
    outgoing.end()
    const [hints] = await within(once(outgoing, 'information'), '103')
    expect(hints).toMatchObject({ statusCode: 103, headers: { link: '</style.css>; rel=preload' } })
    answer()
    expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ status: 200, text: 'the page' })
  })
})

describe('over HTTP/2', () => {
  test('a request and its answer flow at the same time, chunk by chunk', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      response.flushHeaders()
      incoming.on('data', (chunk: Buffer) => response.write(`heard ${chunk}`))
      incoming.on('end', () => response.end('all'))
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({ ':method': 'POST' }, { endStream: false })
    for (const word of ['one', 'two', 'three']) {
      stream.write(word)
      expect(await nextChunk(stream)).toBe(`heard ${word}`)
    }
    stream.end()
    expect(await nextChunk(stream)).toBe('all')
  })

  test('interim answers come before the final one', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      incoming.pipe(response)
    })
    upstream.server.on('checkContinue', (incoming: IncomingMessage, response) => {
      response.writeContinue()
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      incoming.pipe(response)
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({ ':method': 'POST', expect: '100-continue' }, { endStream: false })
    const answer = readHttp2Answer(stream)
    await within(once(stream, 'continue'), '100')
    stream.end('hello')
    expect(await answer).toMatchObject({ status: 200, informational: [100, 103], text: 'hello' })
  })
})

describe.each(['http', 'https', 'h2'] as const)('a large body over %s', (protocol) => {
  const large = new LargeBody(64 * 1024 * 1024)

  test('comes down whole', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => {
      large.writeTo(response)
    })
    const url = (await tunnel.forward(upstream, { schemes: protocol === 'http' ? 'http' : 'https' })).url()
    const body = await openDownload(protocol, url)
    expect(await digestOf(body)).toBe(large.digest)
  })

  test('goes up whole', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      void digestOf(incoming).then((digest) => response.end(digest))
    })
    const url = (await tunnel.forward(upstream, { schemes: protocol === 'http' ? 'http' : 'https' })).url()
    if (protocol === 'h2') {
      const stream = (await openHttp2(url)).request({ ':method': 'POST' }, { endStream: false })
      large.writeTo(stream)
      expect(await readHttp2Answer(stream)).toMatchObject({ text: large.digest })
    } else {
      const outgoing = await startRequest(url, { method: 'POST' })
      large.writeTo(outgoing)
      expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ text: large.digest })
    }
  })
})

describe('a side that does not read', () => {
  test.each(['http', 'https', 'h2'] as const)('as visitor over %s holds its upstream back', async (protocol) => {
    const tunnel = await startTestEdge()
    let sent = 0
    const upstream = await startUpstream((_incoming, response) =>
      writeEndlessly(response, (bytes) => {
        sent += bytes
      }),
    )
    const body = await openDownload(
      protocol,
      (await tunnel.forward(upstream, { schemes: protocol === 'http' ? 'http' : 'https' })).url(),
    )
    const held = await untilStill(() => sent)
    expect(held).toBeLessThan(MAX_BYTES_ON_THE_WAY)

    // It was held back, not forgotten.
    body.resume()
    await until(() => sent > held + MAX_BYTES_ON_THE_WAY, 'the upstream to go on')
    body.destroy()
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })

  test.each(['http', 'https', 'h2'] as const)('as upstream holds a visitor over %s back', async (protocol) => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(({ socket }) => socket.pause())
    const url = (await tunnel.forward(upstream, { schemes: protocol === 'http' ? 'http' : 'https' })).url()
    const outgoing =
      protocol === 'h2'
        ? (await openHttp2(url)).request({ ':method': 'POST' }, { endStream: false })
        : await startRequest(url, { method: 'POST' })
    outgoing.on('error', () => {})
    let sent = 0
    writeEndlessly(outgoing, (bytes) => {
      sent += bytes
    })
    const held = await untilStill(() => sent)
    expect(held).toBeLessThan(MAX_BYTES_ON_THE_WAY)

    upstream.connections[0]?.socket.resume()
    await until(() => sent > held + MAX_BYTES_ON_THE_WAY, 'the visitor to go on')
    outgoing.destroy()
    await within(upstream.connections[0]!.ended, 'the upstream connection to end')
  })
})

test('bytes that came in the same packet as the upgrade reach the other side', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startRawUpstream((connection) => {
    void connection.receive('\r\n\r\n').then(() => {
      connection.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nglued')
      connection.socket.on('data', (chunk: Buffer) => connection.send(chunk))
    })
  })
  for (const scheme of ['http', 'https'] as const) {
    const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly`)
    await visitor.receive(/^HTTP\/1\.1 101 .*\r\n\r\ngluedearly$/s)
    visitor.send('late')
    await visitor.receive(/gluedearlylate$/)
    visitor.finish()
    upstream.connections.at(-1)?.finish()
    expect(await visitor.ended).toBe('end')
  }
})

test('an upgrade that the upstream refuses is an ordinary answer', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.writeHead(426).end('not here'))
  const answer = await request((await tunnel.forward(upstream)).url(), {
    headers: { connection: 'upgrade', upgrade: 'unheard-of' },
  })
  expect(answer).toMatchObject({ status: 426, text: 'not here' })
})

async function openDownload(protocol: 'http' | 'https' | 'h2', url: string): Promise<Readable> {
  if (protocol === 'h2') {
    const stream = (await openHttp2(url)).request({})
    stream.on('error', () => {})
    await once(stream, 'response')
    return stream
  }
  const outgoing = await startRequest(url)
  outgoing.end()
  return responseTo(outgoing)
}
