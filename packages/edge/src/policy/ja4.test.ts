import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ClientHelloReader } from '../tls/client-hello-reader.ts'
import { ja4Of } from './ja4.ts'

const u16 = (...codes: number[]): Buffer => Buffer.from(codes.flatMap((code) => [code >> 8, code & 0xff]))
const vector = (lengthBytes: 1 | 2, content: Buffer): Buffer => {
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}
const extension = (type: number, content: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([u16(type), vector(2, content)])

function hello({
  version = 0x0303,
  ciphers,
  extensions,
}: {
  version?: number
  ciphers: number[]
  extensions: Buffer[]
}): Buffer {
  const fixed = Buffer.concat([u16(version), Buffer.alloc(32), vector(1, Buffer.alloc(0)), vector(2, u16(...ciphers))])
  return Buffer.concat([fixed, vector(1, Buffer.of(0)), vector(2, Buffer.concat(extensions))])
}

const alpn = (name: string): Buffer => extension(0x0010, vector(2, vector(1, Buffer.from(name))))

/** The client of the JA4 description, with GREASE among everything that it names. */
const described = hello({
  ciphers: [
    0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d,
    0x002f, 0x0035,
  ],
  extensions: [
    extension(0x1a1a),
    extension(0x001b),
    extension(0x0000),
    extension(0x0033),
    alpn('h2'),
    extension(0x4469),
    extension(0x0017),
    extension(0x002d),
    extension(0x000d, vector(2, u16(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601))),
    extension(0x0005),
    extension(0x0023),
    extension(0x0012),
    extension(0x002b, vector(1, u16(0x7a7a, 0x0304, 0x0303))),
    extension(0xff01),
    extension(0x000b),
    extension(0x000a),
    extension(0x0015),
  ],
})

test('is that of the description', () => {
  expect(ja4Of(described)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1')
})

test.each([
  [
    'no extension at all',
    hello({ version: 0x0302, ciphers: [0x002f], extensions: [] }),
    /^t11i010000_[0-9a-f]{12}_000000000000$/,
  ],
  ['an ALPN of one letter', hello({ ciphers: [0x002f], extensions: [alpn('x')] }), /^t12i0101xx_/],
  ['an ALPN of bytes', hello({ ciphers: [0x002f], extensions: [alpn('\xab\xcd')] }), /^t12i0101[0-9a-f]{2}_/],
  ['no name', hello({ ciphers: [0x002f, 0x0035], extensions: [extension(0x000b)] }), /^t12i020100_/],
])('knows a hello with %s', (_what, body, expected) => {
  expect(ja4Of(body)).toMatch(expected)
})

test('reads what real clients send', () => {
  const { hellos } = JSON.parse(readFileSync(new URL('../../test/client-hellos.json', import.meta.url), 'utf8')) as {
    hellos: { name: string; hex: string; hello: { serverName?: string } }[]
  }
  for (const { hex, hello: told } of hellos) {
    const reader = new ClientHelloReader(16 * 1024)
    reader.write(Buffer.from(hex, 'hex'))
    expect(ja4Of(reader.body)).toMatch(
      new RegExp(`^t1[0-3]${told.serverName === undefined ? 'i' : 'd'}\\d{4}.{2}_[0-9a-f]{12}_[0-9a-f]{12}$`),
    )
  }
})
