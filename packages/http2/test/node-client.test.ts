import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeFields, errorCodes, type ServerStream, StreamDuplex, type StreamListener } from '../src/index.ts'
import { serve } from './server.ts'

const OK = encodeFields([':status', '200', 'content-type', 'text/plain'])

async function open(port: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  await once(session, 'remoteSettings')
  return session
}

/** Sends back what comes, held back by whoever is slower, trailers too. */
function echo(stream: ServerStream): StreamListener {
  stream.respond(OK, false)
  return {
    onData: (chunk) => {
      if (!stream.write(Buffer.from(chunk))) stream.pause()
    },
    onDrain: () => stream.resume(),
    onEnd: (trailers) => stream.end(trailers && encodeFields(trailers)),
    onClose: () => {},
  }
}

const SILENT: StreamListener = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }

function* piecesOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000)
}

const pathOf = (fields: readonly string[]): string => fields[fields.indexOf(':path') + 1]!

describe('a client of node:http2', () => {
  test('gets what it asks for, 250 times at once', async () => {
    const { port, connections } = await serve(() => ({
      onRequest: (stream, fields) => {
        stream.respond(OK, false)
        stream.write(Buffer.from(`you asked for ${pathOf(fields)}`))
        stream.end()
        return SILENT
      },
    }))
    const session = await open(port)
    const answers = await Promise.all(
      Array.from({ length: 250 }, (_, index) => text(session.request({ ':path': `/${index}` }))),
    )
    expect(answers).toEqual(Array.from({ length: 250 }, (_, index) => `you asked for /${index}`))
    expect(connections[0]!.openStreams).toBe(0)
  })

  test('has ten megabytes sent back, with its trailers, in several streams', { timeout: 30_000 }, async () => {
    const { port } = await serve(() => ({ onRequest: (stream) => echo(stream) }))
    const session = await open(port)
    const content = randomBytes(10_000_000)
    const sum = createHash('sha256').update(content).digest('hex')
    await Promise.all(
      [1, 2].map(async () => {
        const stream = session.request({ ':method': 'POST' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': sum }))
        const trailers = once(stream, 'trailers')
        // In pieces: a session of node:http2 takes ten megabytes of memory at most.
        Readable.from(piecesOf(content)).pipe(stream)
        const hash = createHash('sha256')
        for await (const chunk of stream) hash.update(chunk as Buffer)
        expect(hash.digest('hex')).toBe(sum)
        expect((await trailers)[0]).toMatchObject({ 'x-sum': sum })
      }),
    )
  })

  test('hears of early hints', async () => {
    const { port } = await serve(() => ({
      onRequest: (stream) => {
        stream.inform(encodeFields([':status', '103', 'link', '</style>']))
        stream.respond(OK, true)
        return SILENT
      },
    }))
    const stream = (await open(port)).request()
    const hints = once(stream, 'headers')
    const response = once(stream, 'response')
    expect((await hints)[0]).toMatchObject({ ':status': 103, link: '</style>' })
    expect((await response)[0]).toMatchObject({ ':status': 200 })
    stream.resume()
    await once(stream, 'close')
  })

  test('is reset, and resets', async () => {
    let onClosed = (_code: number | undefined): void => {}
    const closed = new Promise<number | undefined>((resolve) => {
      onClosed = resolve
    })
    const { port } = await serve(() => ({
      onRequest: (stream, fields) => {
        if (pathOf(fields) === '/reset') stream.reset(errorCodes.INTERNAL_ERROR)
        return { ...SILENT, onClose: onClosed }
      },
    }))
    const session = await open(port)
    const stream = session.request({ ':path': '/wait' })
    stream.on('error', () => {})
    // By the time a later request is answered the first one has arrived.
    const [error] = (await once(session.request({ ':path': '/reset' }), 'error')) as [Error]
    expect(error.message).toContain('NGHTTP2_INTERNAL_ERROR')
    stream.close(constants.NGHTTP2_CANCEL)
    // The other one was closed first.
    expect([errorCodes.INTERNAL_ERROR, errorCodes.CANCEL]).toContain(await closed)
    await once(stream, 'close')
  })

  test('answers PING, and is answered', async () => {
    const { port, connections } = await serve(() => ({ onRequest: () => SILENT }))
    const session = await open(port)
    await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())))
    await new Promise<void>((resolve) => connections[0]!.ping(resolve))
  })

  test('is told to leave, and gets its answer before', async () => {
    const waiting: ServerStream[] = []
    const { port, connections } = await serve(() => ({
      onRequest: (stream) => {
        waiting.push(stream)
        return SILENT
      },
    }))
    const session = await open(port)
    const stream = session.request()
    await new Promise<void>((resolve) => session.ping(() => resolve()))
    const goodbye = once(session, 'goaway')
    connections[0]!.leave()
    expect((await goodbye)[0]).toBe(constants.NGHTTP2_NO_ERROR)
    waiting[0]!.respond(OK, false)
    waiting[0]!.write(Buffer.from('bye'))
    waiting[0]!.end()
    expect(await text(stream)).toBe('bye')
    await once(session, 'close')
    expect(connections[0]!.isEnded).toBe(true)
  })

  test('upgrades a stream, which is a Duplex then', async () => {
    const { port } = await serve(() => ({
      onRequest: (stream) => {
        stream.respond(encodeFields([':status', '200']), false)
        const duplex = new StreamDuplex(stream)
        duplex.pipe(duplex)
        return duplex
      },
    }))
    const session = await open(port)
    expect(session.remoteSettings.enableConnectProtocol).toBe(true)
    const fields = { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/' }
    const stream: ClientHttp2Stream = session.request(fields, { endStream: false })
    const content = randomBytes(3_000_000)
    const received: Buffer[] = []
    stream.on('data', (chunk: Buffer) => received.push(chunk))
    Readable.from(piecesOf(content)).pipe(stream)
    await once(stream, 'close')
    expect(Buffer.concat(received).equals(content)).toBe(true)
  })
})
