import type { StreamHeader } from '@tunnel/protocol'
import { expect, test } from 'vitest'
import { proxyHeader } from './proxy-header.ts'

const header = (visitorAddress: string, localAddress?: string): StreamHeader => ({
  endpointId: 'ep_1',
  protocol: 'raw',
  visitorAddress,
  ...(localAddress !== undefined && { localAddress }),
})

const SIGNATURE = '0d0a0d0a000d0a515549540a'

test.each([
  ['192.0.2.1:40000', '198.51.100.1:443', 'TCP4 192.0.2.1 198.51.100.1 40000 443'],
  ['[2001:db8::1]:40000', '[2001:db8::2]:443', 'TCP6 2001:db8::1 2001:db8::2 40000 443'],
  ['192.0.2.1:40000', '[2001:db8::2]:443', 'TCP6 ::ffff:192.0.2.1 2001:db8::2 40000 443'],
  ['[2001:db8::1]:40000', '198.51.100.1:443', 'TCP6 2001:db8::1 ::ffff:198.51.100.1 40000 443'],
  ['192.0.2.1:40000', undefined, 'TCP4 192.0.2.1 0.0.0.0 40000 0'],
  ['192.0.2.1', undefined, 'TCP4 192.0.2.1 0.0.0.0 0 0'],
  ['2001:db8::1', '[2001:db8::2]:443', 'TCP6 2001:db8::1 2001:db8::2 0 443'],
  [':0', ':0', 'UNKNOWN'],
  ['example.org:80', '198.51.100.1:443', 'UNKNOWN'],
  ['192.0.2.1:70000', '198.51.100.1:443', 'UNKNOWN'],
  ['[fe80::1%eth0]:40000', '198.51.100.1:443', 'UNKNOWN'],
  ['192.0.2.1\r\n:1', '198.51.100.1:443', 'UNKNOWN'],
])('version 1 for %j at %j', (visitor, local, line) => {
  expect(proxyHeader(1, header(visitor, local)).toString()).toBe(`PROXY ${line}\r\n`)
})

test.each([
  ['192.0.2.1:40000', '198.51.100.1:443', '2111000c', 'c0000201', 'c6336401', '9c4001bb'],
  [
    '[2001:db8::1]:40000',
    '[2001:db8:1:2:3:4:5:6]:443',
    '21210024',
    '20010db8000000000000000000000001',
    '20010db8000100020003000400050006',
    '9c4001bb',
  ],
  [
    '[::]:1',
    '198.51.100.1:2',
    '21210024',
    '00000000000000000000000000000000',
    '00000000000000000000ffffc6336401',
    '00010002',
  ],
  ['nobody', '198.51.100.1:443', '21000000', '', '', ''],
])('version 2 for %j at %j', (visitor, local, ...parts) => {
  expect(proxyHeader(2, header(visitor, local)).toString('hex')).toBe(SIGNATURE + parts.join(''))
})
