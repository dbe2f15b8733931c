import { expect, test } from 'vitest'
import { parseUpstreamAddress } from './address.ts'

/** Each row of the reference's table (agent.md §2.1): what is written, for an http endpoint, for a tcp or tls endpoint. */
test.each([
  [8080, 'http://localhost:8080', 'tcp://localhost:8080'],
  ['8080', 'http://localhost:8080', 'tcp://localhost:8080'],
  ['443', 'https://localhost:443', 'tcp://localhost:443'],
  ['localhost:1234', 'http://localhost:1234', 'tcp://localhost:1234'],
  ['foo.local:3000', 'http://foo.local:3000', 'tcp://foo.local:3000'],
  ['192.168.1.2:80', 'http://192.168.1.2:80', 'tcp://192.168.1.2:80'],
  ['example.org:443', 'https://example.org:443', 'tcp://example.org:443'],
  ['[::1]:80', 'http://[::1]:80', 'tcp://[::1]:80'],
  [':8080', 'http://localhost:8080', 'tcp://localhost:8080'],
  ['  8080\n', 'http://localhost:8080', 'tcp://localhost:8080'],
])('%j leads an http endpoint to %s and a tcp or tls endpoint to %s', (input, http, tcp) => {
  expect(parseUpstreamAddress(input, 'http').url).toBe(http)
  expect(parseUpstreamAddress(input, 'tcp').url).toBe(tcp)
  expect(parseUpstreamAddress(input, 'tls').url).toBe(tcp)
})

test.each([
  ['http://localhost:443', 'http://localhost:443'],
  ['https://localhost:80', 'https://localhost:80'],
  ['HTTPS://localhost', 'https://localhost:443'],
  ['example.org', 'http://example.org:80'],
  ['http://example.org', 'http://example.org:80'],
  ['https://example.org', 'https://example.org:443'],
  ['https://example.org/', 'https://example.org:443'],
  ['http://', 'http://localhost:80'],
  ['https://', 'https://localhost:443'],
  ['https://:8443', 'https://localhost:8443'],
  ['https://[2001:db8::123.123.123.123]:8443', 'https://[2001:db8::123.123.123.123]:8443'],
])('%j leads an http endpoint to %s', (input, url) => {
  expect(parseUpstreamAddress(input, 'http').url).toBe(url)
})

test.each([
  ['tcp://127.0.0.1:80', 'tcp', '127.0.0.1', 80],
  ['tls://localhost:443', 'tls', 'localhost', 443],
  ['tcp://[2001:db8::1]:22', 'tcp', '2001:db8::1', 22],
])('%j leads a tcp or tls endpoint to %s %s port %i', (input, scheme, host, port) => {
  expect(parseUpstreamAddress(input, 'tcp')).toMatchObject({ scheme, host, port })
  expect(parseUpstreamAddress(input, 'tls')).toMatchObject({ scheme, host, port })
})

test('knows a host from its brackets, and shows them', () => {
  expect(parseUpstreamAddress('[::1]:80', 'http')).toEqual({
    scheme: 'http',
    host: '::1',
    port: 80,
    url: 'http://[::1]:80',
    unixSocket: false,
  })
})

test.each([
  ['http', 'http', 'unix:/run/my app.sock'],
  ['tcp', 'tcp', 'unix:/run/my app.sock'],
  ['tls', 'tcp', 'unix:/run/my app.sock'],
  ['http', 'http', 'unix:///run/my app.sock'],
] as const)('takes a unix socket for %s', (endpoint, scheme, input) => {
  expect(parseUpstreamAddress(input, endpoint)).toEqual({
    scheme,
    host: '/run/my app.sock',
    port: 0,
    url: 'unix:/run/my app.sock',
    unixSocket: true,
  })
})

test.each([
  ['file:///var/log', '/var/log', 'file:///var/log'],
  ['file:///', '/', 'file:///'],
  ['FILE:///var/log/', '/var/log/', 'file:///var/log/'],
  ['file:/var/log', '/var/log', 'file:///var/log'],
  ['file://localhost/var/log', '/var/log', 'file:///var/log'],
  ['file:///Users/alan/Public Folder', '/Users/alan/Public Folder', 'file:///Users/alan/Public Folder'],
  ['file:///Users/alan/Public%20Folder', '/Users/alan/Public Folder', 'file:///Users/alan/Public Folder'],
  ['file:///srv/what?#100%25', '/srv/what?#100%', 'file:///srv/what?#100%'],
  ['file:///C:/Users/alan/Public Folder', 'C:/Users/alan/Public Folder', 'file:///C:/Users/alan/Public Folder'],
  ['file:///C:\\Users\\alan', 'C:\\Users\\alan', 'file:///C:/Users/alan'],
  ['file://C:\\Users\\alan', 'C:\\Users\\alan', 'file:///C:/Users/alan'],
  ['file://c:/Users/alan', 'c:/Users/alan', 'file:///c:/Users/alan'],
  ['C:\\Users\\alan\\Directory Name', 'C:\\Users\\alan\\Directory Name', 'file:///C:/Users/alan/Directory Name'],
])('%j has an http endpoint serve the directory %s, shown as %s', (input, host, url) => {
  expect(parseUpstreamAddress(input, 'http')).toEqual({ scheme: 'file', host, port: 0, url, unixSocket: false })
})

test.each([
  ['example.org', 'a tcp upstream needs a host and a port'],
  ['tcp://192.168.1.101', 'a tcp upstream needs a host and a port'],
  ['tcp://', 'a tcp upstream needs a host and a port'],
  ['http://localhost:80', 'scheme http is not one of tcp, tls'],
  ['https://', 'scheme https is not one of tcp, tls'],
  ['file:///var/log', 'scheme file is not one of tcp, tls'],
])('refuses %j as the upstream of a tcp or tls endpoint', (input, why) => {
  expect(() => parseUpstreamAddress(input, 'tcp')).toThrow(why)
  expect(() => parseUpstreamAddress(input, 'tls')).toThrow(why.replace('a tcp', 'a tls'))
})

test.each([
  ['', 'it is empty'],
  ['0', 'port "0" is not a number from 1 to 65535'],
  ['65536', 'port "65536" is not a number from 1 to 65535'],
  ['localhost:', 'port "" is not a number'],
  ['localhost:http', 'port "http" is not a number'],
  ['localhost:-1', 'port "-1" is not a number'],
  ['localhost:1e3', 'port "1e3" is not a number'],
  ['::1', 'an IPv6 address needs brackets'],
  ['::1:80', 'an IPv6 address needs brackets'],
  ['[::1', 'an IPv6 address needs brackets'],
  ['[localhost]:80', 'an IPv6 address needs brackets'],
  ['tcp://localhost:80', 'scheme tcp is not one of http, https'],
  ['ftp://localhost', 'scheme ftp is not one of http, https'],
  ['file://', 'a file address is absolute and of this machine'],
  ['file://srv/www', 'a file address is absolute and of this machine'],
  ['file:srv/www', 'a file address is absolute and of this machine'],
  ['file:////server/share', 'a file address is absolute and of this machine'],
  ['file:///srv/100%', 'a % in it begins no percent-encoding'],
  ['file:///srv/%00', 'it contains a NUL'],
  ['http://localhost/path', '"/" is not allowed'],
  ['http://localhost:80?x', '"?" is not allowed'],
  ['http://localhost#top', '"#" is not allowed'],
  ['me:secret@localhost:80', '"@" is not allowed'],
  ['local host:80', '" " is not allowed'],
  ['unix:', 'it has no path'],
])('refuses %j as the upstream of an http endpoint, with an example', (input, why) => {
  expect(() => parseUpstreamAddress(input, 'http')).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_9034',
      message: expect.stringMatching(/^upstream address ".*": .*; for example \S+$/s),
    }),
  )
  expect(() => parseUpstreamAddress(input, 'http')).toThrow(why)
})

test.each(['me:hunter2@localhost:80', 'http://me:hunter2@localhost:80', 'http://me:hunter2@localhost/path'])(
  'never repeats the password of %j',
  (input) => {
    expect(() => parseUpstreamAddress(input, 'http')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  },
)

test.each([Number.NaN, -1, 1.5, 70_000])('takes the number %d for a port, which it is not', (input) => {
  expect(() => parseUpstreamAddress(input, 'http')).toThrow(`port "${input}" is not a number from 1 to 65535`)
})

test('repeats no more than 100 characters of what it refuses', () => {
  expect(() => parseUpstreamAddress(`localhost:${'x'.repeat(5000)}`, 'http')).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{0,400}$/s) }),
  )
})
