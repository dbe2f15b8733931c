import { expect, test } from 'vitest'
import { parseRequestedAddress } from './address.ts'

test.each([
  ['https', undefined, { scheme: 'https', host: undefined, port: undefined }],
  ['https', '', { scheme: 'https', host: undefined, port: undefined }],
  ['https', 'http://', { scheme: 'http', host: undefined, port: undefined }],
  ['https', 'tcp://', { scheme: 'tcp', host: undefined, port: undefined }],
  ['https', 'App.Example.com', { scheme: 'https', host: 'app.example.com', port: undefined }],
  ['http', 'https://app.example.com:443', { scheme: 'https', host: 'app.example.com', port: 443 }],
  ['https', 'https://*.example.com', { scheme: 'https', host: '*.example.com', port: undefined }],
  ['https', 'HTTPS://app.example.com', { scheme: 'https', host: 'app.example.com', port: undefined }],
  ['https', 'bücher.example.com', { scheme: 'https', host: 'xn--bcher-kva.example.com', port: undefined }],
  ['tcp', 'tcp.example.com:20001', { scheme: 'tcp', host: 'tcp.example.com', port: 20001 }],
] as const)('%s %s is understood', (protocol, url, expected) => {
  expect(parseRequestedAddress(protocol, url)).toEqual(expected)
})

test.each([
  [332, 'ftp', undefined],
  [9036, 'https', 'ftp://a.example.com'],
  [9038, 'https', 'https://a.example.com/'],
  [9037, 'https', 'https://a.example.com/path'],
  [9037, 'https', 'https://user@a.example.com'],
  [9037, 'https', 'https://a.example.com?x'],
  [9037, 'https', 'https://a.example.com#x'],
  [9033, 'https', 'https://a.example.com:x1'],
  [9033, 'https', 'https://a.example.com:'],
  [9030, 'https', 'https://a.example.com:0'],
  [9030, 'https', 'https://a.example.com:65536'],
  [4500, 'tcp', 'tcp://host.example.com'],
  [326, 'https', 'a b.example.com'],
  [327, 'https', 'a..example.com'],
  [328, 'https', '-a.example.com'],
  [329, 'https', 'a-.example.com'],
  [330, 'https', 'ab--c.example.com'],
  [355, 'https', 'a_b.example.com'],
  [318, 'https', 'a.*.example.com'],
  [318, 'https', 'a*.example.com'],
  [396, 'https', `${'a'.repeat(64)}.example.com`],
  [397, 'https', `${'a.'.repeat(130)}example.com`],
])('ERR_TUNNEL_%i for %s %s', (code, protocol, url) => {
  expect(() => parseRequestedAddress(protocol, url)).toThrow(expect.objectContaining({ code: `ERR_TUNNEL_${code}` }))
})
