import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { decode } from 'dns-packet'
import { afterEach, expect, test, vi } from 'vitest'
import { answerTo, startDnsServer } from '../../test/dns-server.ts'
import { listening } from '../../test/tls-server.ts'
import type { NetworkOptions } from './network-options.ts'
import { resolversOf, resolveWith } from './resolvers.ts'

const never = new AbortController().signal
const edge = 'edge.example'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** What each way says in turn. */
async function answersOf(network: NetworkOptions, signal: AbortSignal = never): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const resolver of resolversOf(network)) {
    answers.push(await resolveWith(resolver, edge, network, signal).catch((cause: Error) => cause.message))
  }
  return answers
}

test('asks the given name servers and not the system', async () => {
  const server = await startDnsServer({ [edge]: { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'] } })
  expect(await answersOf({ dnsResolverIps: [server.address] })).toEqual([['2001:db8::1', '192.0.2.1', '192.0.2.2']])
  expect([...server.queries].sort()).toEqual([`A ${edge}`, `AAAA ${edge}`])
})

test.each([
  [4, ['192.0.2.1']],
  [6, ['2001:db8::1']],
] as const)('takes only addresses of IPv%i where that is asked for', async (ipFamily, expected) => {
  const server = await startDnsServer({ [edge]: { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] } })
  expect(await answersOf({ dnsResolverIps: [server.address], ipFamily })).toEqual([expected])
})

test('is content with one family', async () => {
  const server = await startDnsServer({ [edge]: { A: ['192.0.2.1'] } })
  expect(await answersOf({ dnsResolverIps: [server.address] })).toEqual([['192.0.2.1']])
  expect(await answersOf({ dnsResolverIps: [server.address], ipFamily: 6 })).toEqual(['no address of IPv6'])
})

test('says that a name is not known', async () => {
  const server = await startDnsServer({})
  expect(await answersOf({ dnsResolverIps: [server.address] })).toEqual([expect.stringContaining('ENOTFOUND')])
})

test('asks the next name server when the first is silent', async () => {
  const [silent, server] = [await startDnsServer('silent'), await startDnsServer({ [edge]: { A: ['192.0.2.1'] } })]
  expect(await answersOf({ dnsResolverIps: [silent.address, server.address], dnsTimeoutMs: 2000 })).toEqual([
    ['192.0.2.1'],
  ])
})

test('does not wait for a silent name server longer than dnsTimeoutMs', async () => {
  const silent = await startDnsServer('silent')
  const [answer] = await answersOf({ dnsResolverIps: [silent.address], dnsTimeoutMs: 50 })
  expect(answer).toMatch(/no answer within 50 ms|ETIMEOUT/)
})

test('stops when it is told to', async () => {
  const silent = await startDnsServer('silent')
  const reason = new Error('the user left')
  const network = { dnsResolverIps: [silent.address] }
  const controller = new AbortController()
  const [resolver] = resolversOf(network)
  const asking = resolveWith(resolver as NonNullable<typeof resolver>, edge, network, controller.signal)
  controller.abort(reason)
  await expect(asking).rejects.toBe(reason)
})

test('has every way in its order', async () => {
  const [first, second] = [await startDnsServer({}), await startDnsServer({ [edge]: { A: ['192.0.2.2'] } })]
  const network = {
    dnsResolverIps: [first.address],
    dnsFallbackIps: [second.address],
    fallbackAddresses: ['192.0.2.4', '2001:db8::4'],
  }
  expect(await answersOf(network)).toEqual([
    expect.stringContaining('ENOTFOUND'),
    ['192.0.2.2'],
    ['192.0.2.4', '2001:db8::4'],
  ])
})

/** DNS over HTTPS, without the TLS that a test has no certificate of the host's roots for. */
async function startDohServer(answer: (query: Buffer) => { status?: number; body: Buffer }): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status = 200, body } = answer(await buffer(request))
    response.writeHead(status, { 'content-type': 'application/dns-message' }).end(body)
  })
  const port = await listening(server)
  const real = fetch
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => real(url.replace('https:', 'http:'), init))
  return `https://127.0.0.1:${port}/dns-query`
}

test('asks over HTTPS', async () => {
  const records = { [edge]: { A: ['192.0.2.3'], AAAA: ['2001:db8::3'] } }
  const url = await startDohServer((query) => ({ body: answerTo(decode(query), records) }))
  const network = { dnsResolverIps: [(await startDnsServer({})).address], dnsOverHttpsUrls: [url] }
  expect((await answersOf(network))[1]).toEqual(['2001:db8::3', '192.0.2.3'])
})

test.each([
  ['an error', () => ({ status: 503, body: Buffer.alloc(0) }), 'HTTP status 503'],
  ['no such name', (query: Buffer) => ({ body: answerTo(decode(query), {}) }), 'NXDOMAIN'],
  ['more than a DNS message', () => ({ body: Buffer.alloc(70_000) }), 'more than 65535 bytes'],
])('takes %s over HTTPS for no answer', async (_what, answer, message) => {
  const url = await startDohServer(answer)
  const network = { dnsResolverIps: [(await startDnsServer({})).address], dnsOverHttpsUrls: [url] }
  expect((await answersOf(network))[1]).toBe(message)
})

test.each([
  ['a list', ['192.0.2.9']],
  ['an object with one', { addresses: ['192.0.2.9'] }],
])('reads %s of addresses from a file, or from a URL', async (_what, content) => {
  const text = JSON.stringify(content)
  const file = join(tmpdir(), `tunnel-addresses-${process.pid}.json`)
  writeFileSync(file, text)
  const server = createServer((_request, response) => response.end(text))
  const url = `http://127.0.0.1:${await listening(server)}/addresses.json`
  const dnsResolverIps = [(await startDnsServer({})).address]
  for (const fallbackAddresses of [file, url]) {
    expect((await answersOf({ dnsResolverIps, fallbackAddresses }))[1]).toEqual(['192.0.2.9'])
  }
})

test.each(['{}', '[]', '["edge.example"]', '[1]', 'null', `[${'"192.0.2.1",'.repeat(20_000)}"192.0.2.1"]`])(
  'takes no %.20s for a list of addresses',
  async (text) => {
    const file = join(tmpdir(), `tunnel-no-addresses-${process.pid}.json`)
    writeFileSync(file, text)
    const dnsResolverIps = [(await startDnsServer({})).address]
    expect((await answersOf({ dnsResolverIps, fallbackAddresses: file }))[1]).toEqual(expect.any(String))
  },
)

test('a name that the system knows needs nothing else', async () => {
  const [system] = resolversOf({})
  const addresses = await resolveWith(system as NonNullable<typeof system>, 'localhost', { ipFamily: 4 }, never)
  expect(addresses).toContain('127.0.0.1')
})
