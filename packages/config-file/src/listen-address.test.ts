import { expect, it } from 'vitest'
import { formatListenAddress, type ListenAddress, listenAddressSchema, parseConfigValue } from './index.ts'

const parse = (value: unknown) => parseConfigValue(value, listenAddressSchema())

it.each<[string, ListenAddress]>([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  [':80', { host: undefined, port: 80 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['edge.example.com:65535', { host: 'edge.example.com', port: 65_535 }],
])('reads %s, and writes it the same', (text, address) => {
  expect(parse(text)).toEqual({ ok: true, data: address })
  expect(formatListenAddress(address)).toBe(text)
})

it.each([
  ['8080', 'got "8080": for every address write :8080'],
  ['localhost', 'the port is missing'],
  ['', 'the port is missing'],
  ['localhost:', 'the port is no whole number from 0 to 65535'],
  ['localhost:65536', 'the port is no whole number from 0 to 65535'],
  ['localhost:http', 'the port is no whole number from 0 to 65535'],
  ['localhost:-1', 'the port is no whole number from 0 to 65535'],
  ['::1:80', 'an IPv6 address needs brackets, [::1]:80'],
  ['[127.0.0.1]:80', 'the host is no name and no IP address'],
  ['256.0.0.1:80', 'the host is no name and no IP address'],
  ['http://localhost:80', 'the host is no name and no IP address'],
  ['a b:80', 'the host is no name and no IP address'],
  [80, 'expected host:port, like 127.0.0.1:8080, [::1]:8080 or :8080, got 80'],
])('refuses %j: %s', (value, message) => {
  expect(parse(value)).toEqual({ ok: false, messages: [expect.stringContaining(message)] })
})
