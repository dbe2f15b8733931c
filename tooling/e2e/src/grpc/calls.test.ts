import { once } from 'node:events'
import { constants } from 'node:http2'
import { Metadata, type ServerDuplexStream, type ServerUnaryCall, status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { openHttp2 } from '../harness/http2-client.ts'
import { until, untilStill, within } from '../harness/until.ts'
import { grpcThrough, type Message, outcomeOf } from './harness.ts'

const MEGABYTE = 1024 * 1024

/** u8 not compressed, u32 length. */
const EMPTY_MESSAGE = Buffer.alloc(5)

test('a unary call is answered', async () => {
  const { client } = await grpcThrough({ Unary: ({ request }, answer) => answer(null, { text: `${request.text}!` }) })
  const outcome = await outcomeOf((answer) => client.Unary({ text: 'hello' }, answer))
  expect(outcome).toMatchObject({ code: status.OK, reply: { text: 'hello!' } })
})

test('two hundred unary calls at once get their own answers', async () => {
  const { client } = await grpcThrough({ Unary: ({ request }, answer) => answer(null, { number: request.number * 2 }) })
  const numbers = Array.from({ length: 200 }, (_, index) => index)
  const outcomes = await Promise.all(numbers.map((number) => outcomeOf((answer) => client.Unary({ number }, answer))))
  expect(outcomes.map(({ reply }) => reply?.number)).toEqual(numbers.map((number) => number * 2))
})

test('a client streams, and is answered when it has ended', async () => {
  const { client } = await grpcThrough({
    Collect: (call, answer) => {
      const texts: string[] = []
      call.on('data', ({ text }: Message) => texts.push(text))
      call.on('end', () => answer(null, { text: texts.join(' ') }))
    },
  })
  const outcome = await outcomeOf((answer) => {
    const call = client.Collect(answer)
    for (const text of ['one', 'two', 'three']) call.write({ text })
    call.end()
    return call
  })
  expect(outcome).toMatchObject({ code: status.OK, reply: { text: 'one two three' } })
})

test('a server streams to its end', async () => {
  const { client } = await grpcThrough({
    Count: (call) => {
      for (let number = 1; number <= call.request.number; number++) call.write({ number })
      call.end()
    },
  })
  const { code, messages } = await outcomeOf(() => client.Count({ number: 1000 }))
  expect(code).toBe(status.OK)
  expect(messages.map(({ number }) => number)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
})

test('both stream at once: each message is answered before the next is sent', async () => {
  const { client } = await grpcThrough({
    Converse: (call) => {
      call.on('data', ({ number }: Message) => call.write({ number: number + 1 }))
      call.on('end', () => call.end())
    },
  })
  const call = client.Converse()
  for (let turn = 0; turn < 50; turn++) {
    call.write({ number: turn })
    const [{ number }] = (await within(once(call, 'data'), `answer ${turn}`)) as [Message]
    expect(number).toBe(turn + 1)
  }
  call.end()
  const [{ code }] = (await within(once(call, 'status'), 'the status')) as [{ code: number }]
  expect(code).toBe(status.OK)
})

test('a server may speak first, before it has heard anything', async () => {
  const { client } = await grpcThrough({
    Converse: (call) => {
      call.write({ text: 'welcome' })
      call.on('data', () => call.end())
    },
  })
  const call = client.Converse()
  const [welcome] = (await within(once(call, 'data'), 'the welcome')) as [Message]
  expect(welcome.text).toBe('welcome')
  call.write({ text: 'bye' })
  const [{ code }] = (await within(once(call, 'status'), 'the status')) as [{ code: number }]
  expect(code).toBe(status.OK)
})

describe('cancelling', () => {
  test('a call that waits is heard by the server', async () => {
    let waiting: ServerUnaryCall<Message, Partial<Message>> | undefined
    const { client } = await grpcThrough({
      Unary: (call) => {
        waiting = call
      },
    })
    const outcome = outcomeOf((answer) => {
      const call = client.Unary({}, answer)
      void until(() => waiting !== undefined, 'the call to arrive').then(() => call.cancel())
      return call
    })
    expect(await outcome).toMatchObject({ code: status.CANCELLED })
    await until(() => waiting?.cancelled === true, 'the server to hear of it')
  })

  test('a conversation in its middle is heard by the server, and other calls go on', async () => {
    let talking: ServerDuplexStream<Message, Partial<Message>> | undefined
    const { client } = await grpcThrough({
      Converse: (call) => {
        talking = call
        call.on('data', ({ text }: Message) => call.write({ text }))
      },
      Unary: (_call, answer) => answer(null, { text: 'still here' }),
    })
    const call = client.Converse()
    call.on('error', () => {})
    call.write({ text: 'hello' })
    await within(once(call, 'data'), 'the answer')
    call.cancel()
    await until(() => talking?.cancelled === true, 'the server to hear of it')
    const outcome = await outcomeOf((answer) => client.Unary({}, answer))
    expect(outcome.reply?.text).toBe('still here')
  })
})

test('a deadline that passes ends the call on both sides', async () => {
  let waiting: ServerUnaryCall<Message, Partial<Message>> | undefined
  const { client } = await grpcThrough({
    Unary: (call) => {
      waiting = call
    },
  })
  const outcome = await outcomeOf((answer) => client.Unary({}, new Metadata(), { deadline: Date.now() + 500 }, answer))
  expect(outcome.code).toBe(status.DEADLINE_EXCEEDED)
  expect(waiting?.getDeadline()).not.toBe(Number.POSITIVE_INFINITY)
  await until(() => waiting?.cancelled === true, 'the server to hear of it')
})

test('metadata travels both ways, text and bytes, before and after the messages', async () => {
  const binary = Buffer.from([0, 1, 127, 128, 254, 255])
  let received: Metadata | undefined
  const { client } = await grpcThrough({
    Unary: (call, answer) => {
      received = call.metadata
      const first = new Metadata()
      first.set('x-first', 'early')
      first.set('x-first-bin', binary)
      call.sendMetadata(first)
      const last = new Metadata()
      last.set('x-last', 'late')
      last.set('x-last-bin', binary)
      answer(null, {}, last)
    },
  })
  const metadata = new Metadata()
  metadata.add('x-asked', 'one')
  metadata.add('x-asked', 'two')
  metadata.set('x-asked-bin', binary)
  const outcome = await outcomeOf((answer) => client.Unary({}, metadata, answer))

  expect(outcome.code).toBe(status.OK)
  expect(received?.get('x-asked')).toEqual(['one, two'])
  expect(received?.get('x-asked-bin')).toEqual([binary])
  expect(outcome.metadata?.getMap()).toMatchObject({ 'x-first': 'early', 'x-first-bin': binary })
  expect(outcome.trailers?.getMap()).toMatchObject({ 'x-last': 'late', 'x-last-bin': binary })
})

describe('an error', () => {
  test('without a message before it has its status and its metadata', async () => {
    const { client } = await grpcThrough({
      Unary: (_call, answer) => {
        const metadata = new Metadata()
        metadata.set('x-reason', 'because')
        answer({ code: status.NOT_FOUND, details: 'no such thing: 100 %', metadata })
      },
    })
    const outcome = await outcomeOf((answer) => client.Unary({}, answer))
    expect(outcome).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing: 100 %' })
    expect(outcome.trailers?.get('x-reason')).toEqual(['because'])
  })

  test('of a method that does not exist is the server’s', async () => {
    const { client } = await grpcThrough({})
    const outcome = await outcomeOf((answer) => client.Unary({}, answer))
    expect(outcome.code).toBe(status.UNIMPLEMENTED)
  })

  test('after messages comes after them', async () => {
    const { client } = await grpcThrough({
      Count: (call) => {
        call.write({ number: 1 })
        call.emit('error', { code: status.DATA_LOSS, details: 'the disk' })
      },
    })
    const outcome = await outcomeOf(() => client.Count({}))
    expect(outcome).toMatchObject({ code: status.DATA_LOSS, details: 'the disk', messages: [{ number: 1 }] })
  })

  test('before the client has ended its stream reaches it, and the connection goes on', async () => {
    const { client } = await grpcThrough({
      Collect: (call, answer) => {
        call.once('data', () => answer({ code: status.INVALID_ARGUMENT, details: 'not that' }))
      },
      Unary: (_call, answer) => answer(null, { text: 'next' }),
    })
    const outcome = await outcomeOf((answer) => {
      const call = client.Collect(answer)
      call.write({ text: 'wrong' })
      return call
    })
    expect(outcome).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'not that' })
    expect((await outcomeOf((answer) => client.Unary({}, answer))).reply?.text).toBe('next')
  })
})

test('messages of 50 MB travel both ways', async () => {
  const { client } = await grpcThrough({ Unary: ({ request }, answer) => answer(null, { data: request.data }) })
  const data = Buffer.alloc(50 * MEGABYTE)
  for (let at = 0; at < data.length; at += 4096) data.writeUInt32BE(at, at)
  const { code, reply } = await outcomeOf((answer) => client.Unary({ data }, answer))
  expect(code).toBe(status.OK)
  expect(reply?.data.equals(data)).toBe(true)
})

test('a client that does not read holds the server back', async () => {
  let sent = 0
  const { url } = await grpcThrough({
    Count: (call) => {
      const chunk = { data: Buffer.alloc(64 * 1024) }
      const more = (): void => {
        while (!call.cancelled && sent < 200 * MEGABYTE) {
          sent += chunk.data.length
          if (!call.write(chunk)) return void call.once('drain', more)
        }
      }
      more()
    },
  })
  // Not by grpc-js, whose client takes messages that nobody reads.
  const session = await openHttp2(url)
  const headers = {
    ':method': 'POST',
    ':path': '/tunnel.e2e.Echo/Count',
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  const stream = session.request(headers, { endStream: false })
  stream.on('error', () => {})
  stream.end(EMPTY_MESSAGE)
  await within(once(stream, 'response'), 'the call to begin')
  expect(await untilStill(() => sent)).toBeLessThan(32 * MEGABYTE)
  stream.close(constants.NGHTTP2_CANCEL)
})

test('a server that does not read holds the client back', async () => {
  let arrived = false
  const { client } = await grpcThrough({
    Collect: (call) => {
      arrived = true
      call.pause()
    },
  })
  const call = client.Collect(() => {})
  call.on('error', () => {})
  let sent = 0
  const more = (): void => {
    while (sent < 200 * MEGABYTE) {
      sent += 64 * 1024
      if (!call.write({ data: Buffer.alloc(64 * 1024) })) return void call.once('drain', more)
    }
  }
  more()
  await until(() => arrived, 'the call to arrive')
  expect(await untilStill(() => sent)).toBeLessThan(32 * MEGABYTE)
  call.cancel()
})
