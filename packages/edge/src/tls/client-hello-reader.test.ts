import { readFileSync } from 'node:fs'
import { cutAt, cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import type { ClientHello } from './client-hello.ts'
import { ClientHelloReader } from './client-hello-reader.ts'

const MAX_BYTES = 16 * 1024

const { hellos } = JSON.parse(readFileSync(new URL('../../test/client-hellos.json', import.meta.url), 'utf8')) as {
  hellos: { name: string; hello: Partial<ClientHello>; hex: string }[]
}

function read(
  chunks: Iterable<Buffer>,
  maxBytes = MAX_BYTES,
): { hello: ClientHello | undefined; reader: ClientHelloReader } {
  const reader = new ClientHelloReader(maxBytes)
  let hello: ClientHello | undefined
  for (const chunk of chunks) hello = reader.write(chunk)
  return { hello, reader }
}

describe.each(hellos)('the ClientHello of $name', ({ hex, hello: expected }) => {
  const bytes = Buffer.from(hex, 'hex')

  test('is read whole', () => {
    const { hello, reader } = read([bytes])
    expect(hello).toEqual({ serverName: undefined, ...expected })
    expect(reader.bytes).toBe(bytes)
  })

  test('is read over any cut, and not before it is whole', () => {
    for (let at = 1; at < bytes.length; at++) {
      const reader = new ClientHelloReader(MAX_BYTES)
      const [first, second] = cutAt(bytes, [at]) as [Buffer, Buffer]
      expect(reader.write(first)).toBeUndefined()
      expect(reader.write(second)).toMatchObject(expected)
    }
    const { hello, reader } = read(cutEveryByte(bytes))
    expect(hello).toMatchObject(expected)
    expect(reader.bytes.equals(bytes)).toBe(true)
  })

  test('is read from as many records as it likes, over every cut of them', () => {
    for (const size of [1, 3, 100, bytes.length]) {
      const records = inRecords(bytes.subarray(5), size)
      expect(read([records]).hello).toMatchObject(expected)
      expect(read(cutEveryByte(records)).hello).toMatchObject(expected)
    }
  })

  test('is as long as maxClientHelloBytes allows, and no longer', () => {
    expect(read([bytes], bytes.length).hello).toMatchObject(expected)
    expect(() => read([bytes], bytes.length - 1)).toThrow(`exceeds maxClientHelloBytes ${bytes.length - 1}`)
  })
})

test('there is a hello with GREASE among them', () => {
  const chromium = hellos.find(({ name }) => name.includes('GREASE'))
  // An extension 0x?A?A without content.
  expect(chromium?.hex).toMatch(/([0-9a-f])a\1a0000/)
})

test('what comes right behind it stays with it', () => {
  const hello = clientHello()
  const { reader } = read([Buffer.concat([hello, Buffer.from('early data')])])
  expect(reader.bytes.equals(Buffer.concat([hello, Buffer.from('early data')]))).toBe(true)
})

describe('what is no ClientHello is refused with 3002 as soon as it shows:', () => {
  test.each<[string, Buffer, string]>([
    ['HTTP', Buffer.from('G'), 'it begins with byte 71, not 22'],
    ['SSLv2', Buffer.from('802e0100020015', 'hex'), 'it begins with byte 128, not 22'],
    ['an alert', Buffer.from('15', 'hex'), 'it begins with byte 21, not 22'],
    ['another major version', Buffer.from('1602', 'hex'), 'record version 2.x'],
    ['an empty record', Buffer.from('1603010000', 'hex'), 'a record of 0 bytes'],
    ['an endless record', Buffer.from('160301ffff', 'hex'), 'a record of 65535 bytes'],
    ['a ServerHello', Buffer.from('160301004a02', 'hex'), 'a handshake message of type 2'],
    ['a message that never ends', Buffer.from('160301000501ffffff00', 'hex'), 'exceeds maxClientHelloBytes'],
    [
      'two messages in a record',
      record(Buffer.concat([message(body()), Buffer.of(0)])),
      '1 bytes after it in its record',
    ],
    [
      'a record of another kind between',
      Buffer.concat([record(message(body()).subarray(0, 10)), Buffer.of(23)]),
      'it begins with byte 23',
    ],
  ])('%s', (_name, bytes, why) => {
    const refusal = expect.objectContaining({ code: 'ERR_TUNNEL_3002', message: expect.stringContaining(why) })
    expect(() => read([bytes])).toThrow(refusal)
    expect(() => read(cutEveryByte(bytes))).toThrow(refusal)
  })

  test.each<[string, Buffer, string]>([
    ['version 2.0', body({ version: 0x0200 }), 'version 2.0'],
    ['a long session id', body({ sessionId: Buffer.alloc(33) }), 'a session id of 33 bytes'],
    ['no cipher suite', body({ cipherSuites: Buffer.alloc(0) }), '0 bytes of cipher suites'],
    ['half a cipher suite', body({ cipherSuites: Buffer.alloc(3) }), '3 bytes of cipher suites'],
    ['no compression method', body({ compression: Buffer.alloc(0) }), 'no compression method'],
    ['bytes after its extensions', Buffer.concat([body({ extensions: [] }), Buffer.of(1)]), '1 bytes after its end'],
    ['an end in the middle', body().subarray(0, 40), 'announced'],
    [
      'a lying extension length',
      body({ extensions: [Buffer.from('000000ff00', 'hex')] }),
      '255 bytes announced, 1 left',
    ],
    ['an extension twice', body({ extensions: [serverName('a.b'), serverName('a.b')] }), 'extension 0 twice'],
    ['GREASE twice', body({ extensions: [extension(0x0a0a), extension(0x0a0a)] }), 'extension 2570 twice'],
    [
      'an empty server name list',
      body({ extensions: [extension(0, Buffer.from('0000', 'hex'))] }),
      'an empty server name list',
    ],
    ['no server name list', body({ extensions: [extension(0)] }), '2 bytes announced, 0 left'],
    [
      'bytes after the list',
      body({ extensions: [extension(0, Buffer.from('00040000016100', 'hex'))] }),
      '1 bytes after its server name list',
    ],
    ['two host names', body({ extensions: [serverName('a', 'b')] }), 'two host names'],
    ['an empty name', body({ extensions: [serverName('')] }), 'no host name'],
    ['NUL in its name', body({ extensions: [serverName('a\0.example')] }), 'no host name'],
    ['an empty label', body({ extensions: [serverName('a..example')] }), 'no host name'],
    ['a wildcard', body({ extensions: [serverName('*.example')] }), 'no host name'],
    ['letters beyond ASCII', body({ extensions: [serverName('b\xfccher.example')] }), 'no host name'],
    ['a long name', body({ extensions: [serverName('a.'.repeat(127))] }), 'no host name'],
    ['an empty ALPN list', body({ extensions: [extension(16, Buffer.from('0000', 'hex'))] }), 'an empty ALPN list'],
    ['an empty ALPN name', body({ extensions: [extension(16, Buffer.from('000100', 'hex'))] }), 'an empty ALPN name'],
  ])('a hello with %s', (_name, content, why) => {
    const refusal = expect.objectContaining({ code: 'ERR_TUNNEL_3002', message: expect.stringContaining(why) })
    expect(() => read([record(message(content))])).toThrow(refusal)
  })
})

test.each([
  ['without extensions', body(), undefined],
  ['with an empty list of them', body({ extensions: [] }), undefined],
  ['with a name in capitals', body({ extensions: [serverName('App.Tunnel.EXAMPLE')] }), 'app.tunnel.example'],
  ['with a dot after its name', body({ extensions: [serverName('app.tunnel.example.')] }), 'app.tunnel.example'],
  [
    'with a name of another type only',
    body({ extensions: [extension(0, Buffer.from('000401000161', 'hex'))] }),
    undefined,
  ],
  [
    'with an unknown extension before',
    body({ extensions: [extension(0x1a1a, Buffer.alloc(9)), serverName('a.example')] }),
    'a.example',
  ],
])('a hello %s is one', (_name, content, name) => {
  expect(read([record(message(content))]).hello).toEqual({ serverName: name, protocols: [] })
})

test('random bytes are never more than refused', () => {
  const golden = Buffer.from(hellos[0]?.hex ?? '', 'hex')
  // A fixed sequence: what fails once fails again.
  let state = 1
  const next = (): number => {
    state = (state * 48271) % 0x7fffffff
    return state
  }
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(golden)
    for (let changes = 1 + (next() % 4); changes > 0; changes--) bytes[next() % bytes.length] = next() % 256
    try {
      read([bytes])
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_TUNNEL_3002' })
    }
  }
})

interface BodyParts {
  version?: number
  sessionId?: Buffer
  cipherSuites?: Buffer
  compression?: Buffer
  extensions?: Buffer[]
}

function body({
  version = 0x0303,
  sessionId = Buffer.alloc(0),
  cipherSuites = Buffer.of(0x13, 1),
  compression = Buffer.of(0),
  extensions,
}: BodyParts = {}): Buffer {
  const parts = [
    uint(version, 2),
    Buffer.alloc(32),
    vector(1, sessionId),
    vector(2, cipherSuites),
    vector(1, compression),
  ]
  return Buffer.concat([...parts, ...(extensions ? [vector(2, ...extensions)] : [])])
}

function clientHello(): Buffer {
  return record(message(body({ extensions: [serverName('app.tunnel.example')] })))
}

function serverName(...names: string[]): Buffer {
  const entries = names.map((name) => Buffer.concat([Buffer.of(0), vector(2, Buffer.from(name, 'latin1'))]))
  return extension(0, vector(2, ...entries))
}

function extension(type: number, content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([uint(type, 2), vector(2, content)])
}

function message(content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(1), vector(3, content)])
}

function record(content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(22, 3, 1), vector(2, content)])
}

function inRecords(content: Buffer, size: number): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < content.length; at += size) records.push(record(content.subarray(at, at + size)))
  return Buffer.concat(records)
}

function vector(lengthBytes: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([uint(content.length, lengthBytes), content])
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}
