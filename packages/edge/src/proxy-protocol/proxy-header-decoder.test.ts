import { randomBytes } from 'node:crypto'
import { cutAt, cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { type ProxyHeader, ProxyHeaderError } from './proxy-header.ts'
import { ProxyHeaderDecoder } from './proxy-header-decoder.ts'

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const rest = Buffer.from('GET / HTTP/1.1\r\n\r\n')

const v1 = (line: string): Buffer => Buffer.from(`${line}\r\n`, 'latin1')
const v2 = (command: number, family: number, body: string, length = body.length / 2): Buffer =>
  Buffer.concat([SIGNATURE, Buffer.of(command, family, length >> 8, length & 255), Buffer.from(body, 'hex')])
const ends = (visitor: string, visitorPort: number, local: string, localPort: number): ProxyHeader => ({
  ends: { visitor: { address: visitor, port: visitorPort }, local: { address: local, port: localPort } },
})

const IPV4_BODY = 'c0000201c63364019c4001bb'
const IPV6_BODY = '20010db800000000000000000000000120010db80001000200030004000500069c4001bb'

const valid: [string, Buffer, ProxyHeader][] = [
  ['TCP4', v1('PROXY TCP4 192.0.2.1 198.51.100.1 40000 443'), ends('192.0.2.1', 40000, '198.51.100.1', 443)],
  ['TCP6', v1('PROXY TCP6 2001:db8::1 ::1 0 65535'), ends('2001:db8::1', 0, '::1', 65535)],
  ['UNKNOWN', v1('PROXY UNKNOWN'), {}],
  ['UNKNOWN and more', v1('PROXY UNKNOWN ffff::1 whatever 1 x'), {}],
  ['version 2, IPv4', v2(0x21, 0x11, IPV4_BODY), ends('192.0.2.1', 40000, '198.51.100.1', 443)],
  ['version 2, IPv6', v2(0x21, 0x21, IPV6_BODY), ends('2001:db8::1', 40000, '2001:db8:1:2:3:4:5:6', 443)],
  [
    'version 2, IPv4 in IPv6 form',
    v2(0x21, 0x21, `00000000000000000000ffffc0000201${'00'.repeat(16)}00010002`),
    ends('192.0.2.1', 1, '::', 2),
  ],
  [
    'version 2, with TLVs',
    v2(0x21, 0x11, `${IPV4_BODY}0400000200036162ff`),
    ends('192.0.2.1', 40000, '198.51.100.1', 443),
  ],
  ['version 2, LOCAL', v2(0x20, 0x00, ''), {}],
  ['version 2, LOCAL with what is to be ignored', v2(0x20, 0x77, 'ffff'), {}],
  ['version 2, unspecified', v2(0x21, 0x00, ''), {}],
  ['version 2, unix sockets', v2(0x21, 0x31, '61'.repeat(216)), {}],
]

describe.each(valid)('%s', (_name, bytes, header) => {
  test('is found wherever it is cut, with what follows it', () => {
    const whole = Buffer.concat([bytes, rest])
    for (let at = 1; at <= whole.length; at++) {
      const [before, after = Buffer.alloc(0)] = cutAt(whole, [at]) as [Buffer, Buffer?]
      const decoder = new ProxyHeaderDecoder()
      const early = decoder.write(before)
      const found = early ?? decoder.write(after)
      expect(found?.header).toEqual(header)
      expect(Buffer.concat(early ? [early.rest, after] : [found?.rest as Buffer])).toEqual(rest)
    }
  })

  test('is waited for to its last byte', () => {
    const decoder = new ProxyHeaderDecoder()
    for (const byte of cutEveryByte(bytes.subarray(0, -1))) expect(decoder.write(byte)).toBeUndefined()
    expect(decoder.write(bytes.subarray(-1))).toEqual({ header, rest: Buffer.alloc(0) })
  })
})

test.each([
  ['a request', Buffer.from('GET / HTTP/1.1\r\n'), 'does not begin with'],
  ['a ClientHello', Buffer.from('160301', 'hex'), 'does not begin with'],
  ['one wrong byte', Buffer.from('PROXX'), 'does not begin with'],
  ['lower case', Buffer.from('proxy TCP4 '), 'does not begin with'],
  ['half a signature and more', Buffer.from('0d0a0d0a01', 'hex'), 'does not begin with'],
  ['a line without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(100)}`), 'no line end within 107 bytes'],
  ['a line that ends too late', v1(`PROXY UNKNOWN ${'1'.repeat(100)}`), 'no line end within 107 bytes'],
  ['another transport', v1('PROXY UDP4 192.0.2.1 198.51.100.1 1 2'), 'not TCP4, TCP6 or UNKNOWN'],
  ['no transport', v1('PROXY '), 'not TCP4, TCP6 or UNKNOWN'],
  ['two spaces', v1('PROXY TCP4  192.0.2.1 198.51.100.1 1 2'), 'not TCP4'],
  ['a field too many', v1('PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3'), 'not TCP4'],
  ['a space at the end', v1('PROXY TCP4 192.0.2.1 198.51.100.1 1 2 '), 'not TCP4'],
  ['a field too few', v1('PROXY TCP4 192.0.2.1 198.51.100.1 1'), 'a port is not'],
  ['an IPv6 address for TCP4', v1('PROXY TCP4 ::1 ::1 1 2'), 'TCP4 with an address that is none'],
  ['an IPv4 address for TCP6', v1('PROXY TCP6 192.0.2.1 192.0.2.1 1 2'), 'TCP6 with an address that is none'],
  ['an octet with a zero in front', v1('PROXY TCP4 192.0.2.01 192.0.2.1 1 2'), 'an address that is none'],
  ['three octets', v1('PROXY TCP4 192.0.2 192.0.2.1 1 2'), 'an address that is none'],
  ['a name', v1('PROXY TCP4 localhost 192.0.2.1 1 2'), 'an address that is none'],
  ['a zone', v1('PROXY TCP6 fe80::1%eth0 ::1 1 2'), 'an address that is none'],
  ['a port with a zero in front', v1('PROXY TCP4 192.0.2.1 192.0.2.1 01 2'), 'a port is not'],
  ['a port with a sign', v1('PROXY TCP4 192.0.2.1 192.0.2.1 +1 2'), 'a port is not'],
  ['a port beyond 65535', v1('PROXY TCP4 192.0.2.1 192.0.2.1 1 65536'), 'a port is not'],
  ['a bare CR', Buffer.from(`PROXY TCP4 192.0.2.1 192.0.2.1 1 2\r${'x'.repeat(80)}`), 'no line end'],
  ['a bare LF', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.1 1 2\nGET / HTTP/1.1\r\n'), 'not TCP4'],
  ['version 1 in the binary form', v2(0x11, 0x11, IPV4_BODY), 'version and command 17'],
  ['an unknown command', v2(0x22, 0x11, IPV4_BODY), 'version and command 34'],
  ['UDP', v2(0x21, 0x12, IPV4_BODY), 'address family and transport 18'],
  ['a family of tomorrow', v2(0x21, 0x41, IPV4_BODY), 'address family and transport 65'],
  ['too few bytes of addresses', v2(0x21, 0x21, IPV4_BODY), '12 bytes hold no 36 of addresses'],
  ['a TLV without a value', v2(0x21, 0x11, `${IPV4_BODY}040005aa`), 'the last TLV is cut short'],
  ['half a TLV', v2(0x21, 0x11, `${IPV4_BODY}04`), 'the last TLV is cut short'],
  ['more than the limit', v2(0x21, 0x11, '', 4097), 'body of 4097 bytes exceeds 4096'],
])('%s is refused', (_what, bytes, why) => {
  const decoder = new ProxyHeaderDecoder()
  expect(() => decoder.write(bytes)).toThrow(why)
  expect(() => new ProxyHeaderDecoder().write(bytes)).toThrow(ProxyHeaderError)
})

test('any bytes at all give a header, a wait or a refusal', () => {
  const starts = [Buffer.from('PROXY '), Buffer.from('PROXY TCP4 '), SIGNATURE, Buffer.alloc(0)]
  for (let round = 0; round < 2000; round++) {
    const decoder = new ProxyHeaderDecoder()
    try {
      for (const byte of cutEveryByte(Buffer.concat([starts[round % 4] as Buffer, randomBytes(round % 200)])))
        if (decoder.write(byte)) break
    } catch (error) {
      expect(error).toBeInstanceOf(ProxyHeaderError)
    }
  }
})
