import { expect, test } from 'vitest'
import { parseProxyUrl } from './proxy-url.ts'

test.each([
  ['http://proxy.example', 'http', 'proxy.example', 80],
  ['http://proxy.example:80', 'http', 'proxy.example', 80],
  ['http://proxy.example:3128', 'http', 'proxy.example', 3128],
  ['https://proxy.example', 'https', 'proxy.example', 443],
  ['socks5://proxy.example', 'socks5', 'proxy.example', 1080],
  ['socks5h://[2001:db8::1]:1081', 'socks5h', '2001:db8::1', 1081],
])('%s', (text, scheme, host, port) => {
  expect(parseProxyUrl(text)).toMatchObject({ scheme, host, port, credentials: undefined })
})

test('decodes the credentials, and shows none', () => {
  const proxy = parseProxyUrl('http://me%40home:p%3Aw@proxy.example:3128')
  expect(proxy.credentials).toEqual({ user: 'me@home', password: 'p:w' })
  expect(proxy.shown).toBe('http://proxy.example:3128')
})

test.each([
  ['proxy.example:3128', 'its scheme is "proxy.example"'],
  ['ftp://user:hunter2@proxy.example', 'its scheme is "ftp"'],
  ['http://user:hunter2@', 'it is not a URL'],
  ['http://user:hunter2@proxy.example:0', 'it has port 0'],
  ['http://user:hunter2%@proxy.example', 'its credentials have a broken percent-encoding'],
])('refuses %s without repeating a password', (text, why) => {
  const refusal = { code: 'ERR_TUNNEL_9034', message: expect.stringContaining(why) }
  expect(() => parseProxyUrl(text)).toThrow(expect.objectContaining(refusal))
  expect(() => parseProxyUrl(text)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  )
})
