import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { connect as connectTls, createSecureContext, createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { readInto, stopReadingInto } from './read-into.ts'

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

interface Pair {
  /** The end that a server accepted. */
  accepted: Socket
  /** The end that connected. */
  connected: Socket
}

async function tcpPair(): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [accepted] = (await once(server, 'connection')) as [Socket]
  server.close()
  open.push(accepted, connected)
  return { accepted, connected }
}

const CIPHERS = 'PSK-AES128-GCM-SHA256'
const key = { identity: 'test', psk: Buffer.alloc(32, 7) }

/** By a shared key: no certificate is needed. */
async function tlsPair(): Promise<Pair> {
  const options = { ciphers: CIPHERS, maxVersion: 'TLSv1.2' as const }
  const server = createTlsServer({ ...options, allowHalfOpen: true, pskCallback: () => key.psk }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = connectTls({
    ...options,
    ...({ allowHalfOpen: true } as object),
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    pskCallback: () => key,
    checkServerIdentity: () => undefined,
    secureContext: createSecureContext(options),
  })
  const [accepted] = (await once(server, 'secureConnection')) as [Socket]
  server.close()
  open.push(accepted, connected)
  return { accepted, connected }
}

/** Reads `socket` into `buffer`; what came by a read and by a `data` event, in one order. */
function reading(socket: Socket, buffer = Buffer.alloc(64 * 1024), onAny: (text: string) => void = () => {}) {
  const reads: string[] = []
  const events: string[] = []
  let text = ''
  let wake = (): void => {}
  const take = (into: string[], chunk: Buffer): void => {
    into.push(`${chunk}`)
    text += chunk
    onAny(`${chunk}`)
    wake()
  }
  socket.on('data', (chunk: Buffer) => take(events, chunk))
  const wasDone = readInto(socket, {
    onRead: (bytes, into) => take(reads, into.subarray(0, bytes)),
    next: () => buffer,
  })
  return {
    wasDone,
    reads,
    events,
    text: () => text,
    async until(length: number): Promise<string> {
      while (text.length < length) await new Promise<void>((resolve) => (wake = resolve))
      return text
    },
  }
}

describe.each([
  ['TCP', tcpPair],
  ['TLS', tlsPair],
] as const)('%s', (_name, pair) => {
  describe.each(['accepted', 'connected'] as const)('a socket that was %s', (side) => {
    async function ends(): Promise<{ socket: Socket; peer: Socket }> {
      const both = await pair()
      return { socket: both[side], peer: both[side === 'accepted' ? 'connected' : 'accepted'] }
    }

    test('reads into the buffer that it is given, and says its end', async () => {
      const { socket, peer } = await ends()
      const buffer = Buffer.alloc(1000)
      const seen = reading(socket, buffer)
      expect(seen.wasDone).toBe(true)
      peer.end('x'.repeat(2500))
      await once(socket, 'end')
      expect(seen.text()).toBe('x'.repeat(2500))
      expect(seen.reads.every(({ length }) => length <= 1000)).toBe(true)
      expect(seen.events).toEqual([])
      expect(buffer.subarray(0, 500).toString()).toBe('x'.repeat(500))
    })

    test('asks for a buffer after each read', async () => {
      const { socket, peer } = await ends()
      const buffers = ['a', 'b', 'c'].map((letter) => Buffer.alloc(4, letter))
      const used: Buffer[] = []
      let at = 0
      socket.resume()
      readInto(socket, {
        onRead: (bytes, buffer) => void used.push(buffer.subarray(0, bytes)),
        next: () => buffers[at++] ?? Buffer.alloc(4),
      })
      peer.end('111122223333')
      await once(socket, 'end')
      expect(used.map(({ buffer }) => buffer)).toEqual(buffers.map(({ buffer }) => buffer))
      expect(buffers.map(String)).toEqual(['1111', '2222', '3333'])
    })

    test('holds what comes while it is paused, and gives it in its place', async () => {
      const { socket, peer } = await ends()
      let hasPaused = false
      const seen = reading(socket, Buffer.alloc(64 * 1024), () => {
        if (hasPaused) return
        hasPaused = true
        socket.pause()
        setImmediate(() => socket.resume())
      })
      const text = Array.from({ length: 40_000 }, (_, at) => `${at},`).join('')
      peer.end(text)
      await once(socket, 'end')
      expect(seen.text()).toBe(text)
    })

    test('gives nothing to a reader that has paused', async () => {
      const { socket, peer } = await ends()
      const seen = reading(socket, Buffer.alloc(64 * 1024), () => socket.pause())
      peer.write('x'.repeat(200_000))
      await seen.until(1)
      const { length } = seen.text()
      // Both ends are served by this loop: a round trip over another connection leaves it time to read on.
      const other = await tcpPair()
      other.connected.end('ping')
      await once(other.accepted.resume(), 'end')
      expect(seen.text()).toHaveLength(length)
    })

    test('gives what was put back before what comes', async () => {
      const { socket, peer } = await ends()
      socket.unshift(Buffer.from('first '))
      const seen = reading(socket)
      peer.end('then')
      await once(socket, 'end')
      expect(seen.text()).toBe('first then')
      expect(seen.events).toEqual(['first '])
    })

    test('gives what was put back first, also where nobody has listened before', async () => {
      const { socket, peer } = await ends()
      socket.unshift(Buffer.from('first '))
      const texts: string[] = []
      readInto(socket, {
        onRead: (bytes, buffer) => void texts.push(`${buffer.subarray(0, bytes)}`),
        next: () => Buffer.alloc(100),
      })
      peer.end('then')
      const other = await tcpPair()
      other.connected.end('ping')
      await once(other.accepted.resume(), 'end')
      socket.on('data', (chunk: Buffer) => texts.push(`${chunk}`))
      await once(socket, 'end')
      expect(texts.join('')).toBe('first then')
    })

    test('once stopped asks for no buffer any more', async () => {
      const { socket, peer } = await ends()
      let asked = 0
      readInto(socket, {
        onRead: () => {},
        next: () => {
          asked++
          return Buffer.alloc(100)
        },
      })
      stopReadingInto(socket)
      peer.end('rest')
      await once(socket.resume(), 'end')
      expect(asked).toBe(1)
    })

    test('once stopped reads as any other, with what is put back then', async () => {
      const { socket, peer } = await ends()
      const read = new Promise<void>((resolve) => {
        readInto(socket, {
          onRead: (bytes, buffer) => {
            stopReadingInto(socket)
            socket.pause()
            socket.unshift(Buffer.from(buffer.subarray(0, bytes)))
            resolve()
          },
          next: () => Buffer.alloc(100),
        })
        socket.resume()
      })
      peer.write('head ')
      await read
      peer.end('rest')
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk as Buffer)
      expect(`${Buffer.concat(chunks)}`).toBe('head rest')
    })

    test('once stopped keeps its bytes apart from those of other stopped ones', async () => {
      const pairs = await Promise.all([ends(), ends()])
      const kept: Buffer[][] = [[], []]
      pairs.forEach(({ socket }, at) => {
        socket.on('data', (chunk: Buffer) => kept[at]?.push(chunk))
        readInto(socket, { onRead: () => {}, next: () => Buffer.alloc(10) })
        stopReadingInto(socket)
      })
      for (const letter of ['a', 'b', 'c']) {
        for (const { socket, peer } of pairs) {
          const read = once(socket, 'data')
          peer.write(letter.repeat(5))
          await read
        }
      }
      expect(kept.map((chunks) => `${Buffer.concat(chunks)}`)).toEqual(['aaaaabbbbbccccc', 'aaaaabbbbbccccc'])
    })

    test('can be read so again, after it was stopped', async () => {
      const { socket, peer } = await ends()
      readInto(socket, { onRead: () => {}, next: () => Buffer.alloc(100) })
      stopReadingInto(socket)
      const seen = reading(socket)
      expect(seen.wasDone).toBe(true)
      peer.write('one ')
      await seen.until(4)
      peer.end('two')
      await once(socket, 'end')
      expect(seen.reads).toEqual(['one ', 'two'])
    })

    test('has one reader at a time', async () => {
      const { socket } = await ends()
      expect(reading(socket).wasDone).toBe(true)
      expect(reading(socket).wasDone).toBe(false)
    })

    test('may be destroyed in the middle of a read', async () => {
      const { socket, peer } = await ends()
      const seen = reading(socket, Buffer.alloc(100), () => socket.destroy())
      peer.on('error', () => {})
      peer.write('x'.repeat(1000))
      await once(socket, 'close')
      expect(seen.text()).toBe('x'.repeat(100))
    })

    test('is not read once it is closed', async () => {
      const { socket } = await ends()
      socket.destroy()
      expect(reading(socket).wasDone).toBe(false)
      stopReadingInto(socket)
    })
  })
})

test('tells of an error as ever', async () => {
  const { accepted, connected } = await tcpPair()
  const seen = reading(accepted)
  connected.write('x')
  await seen.until(1)
  connected.resetAndDestroy()
  const [error] = await once(accepted, 'error').catch((cause: unknown) => [cause])
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

test('can be asked for while the socket connects', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  open.push(socket)
  const seen = reading(socket)
  await once(socket, 'end')
  expect(seen.reads.join('')).toBe('hello')
  server.close()
})

test('leaves alone who reads by `onread` of his own', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  let text = ''
  const onread = {
    buffer: Buffer.alloc(100),
    callback: (bytes: number, buffer: Uint8Array) => {
      text += Buffer.from(buffer.subarray(0, bytes))
      return true
    },
  }
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', onread })
  open.push(socket)
  expect(reading(socket).wasDone).toBe(false)
  await once(socket, 'end')
  expect(text).toBe('hello')
  server.close()
})

test('says so where there is nothing to read from', () => {
  expect(reading(new Socket()).wasDone).toBe(false)
})
