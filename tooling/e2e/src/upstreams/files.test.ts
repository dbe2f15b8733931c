import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { keepAliveAgent, readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { visit } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'

const LARGE = randomBytes(8 * 1024 * 1024)

/** A directory to share, and beside it what must not be. */
function sharedDirectory(): string {
  const directory = join(temporaryDirectory(), 'Public Folder')
  mkdirSync(join(directory, 'site'), { recursive: true })
  writeFileSync(join(directory, '..', 'secret'), 'secret')
  writeFileSync(join(directory, 'hello.txt'), 'hello world')
  writeFileSync(join(directory, 'large.bin'), LARGE)
  writeFileSync(join(directory, 'site', 'index.html'), '<h1>home</h1>')
  symlinkSync('../secret', join(directory, 'leaves'))
  return directory
}

async function startFiles() {
  const tunnel = await startTestEdge()
  const events = { opened: 0, closed: [] as number[] }
  const session = await tunnel.connectAgent()
  const config = { addr: `file://${sharedDirectory()}`, url: tunnel.url('files') }
  const listener = await forwardOver(session, config, {
    onOpened: () => events.opened++,
    onClosed: ({ bytesOut }) => events.closed.push(bytesOut),
  })
  return { tunnel, listener, url: listener.url(), events }
}

describe('a directory as the upstream', () => {
  test('is listed, and its files are served', async () => {
    const { url, listener } = await startFiles()
    expect(listener.forwardsTo()).toMatch(/^file:\/\/\/.*\/Public Folder$/)
    const listing = await request(`${url}/`)
    expect(listing).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(listing.text).toContain('<a href="./hello.txt">hello.txt</a>')
    expect(await request(`${url}/hello.txt`)).toMatchObject({ status: 200, text: 'hello world' })
    expect(await request(`${url}/site/`)).toMatchObject({ status: 200, text: '<h1>home</h1>' })
    expect(await request(`${url}/site`)).toMatchObject({ status: 301, headers: { location: '/site/' } })
  })

  test('answers HEAD, conditions and ranges, one after the other on one connection', async () => {
    const { url, events } = await startFiles()
    const agent = await keepAliveAgent('https')
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      request(`${url}/hello.txt`, { agent, headers, method })
    const { headers } = await get()
    expect(await get({}, 'HEAD')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '11' } })
    expect(await get({ 'if-none-match': String(headers.etag) })).toMatchObject({ status: 304, text: '' })
    expect(await get({ range: 'bytes=-5' })).toMatchObject({ status: 206, text: 'world' })
    expect(await get({ range: 'bytes=11-' })).toMatchObject({ status: 416 })
    expect(await get({}, 'DELETE')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
    expect(await get()).toMatchObject({ status: 200, text: 'hello world' })
    expect(events.opened).toBe(1)
  })

  test('gives large files whole, over HTTP/1.1 and HTTP/2', async () => {
    const { url } = await startFiles()
    const [one, two] = await Promise.all([
      request(`${url}/large.bin`),
      http2Request(await openHttp2(url), { ':path': '/large.bin' }),
    ])
    expect(one.body.equals(LARGE)).toBe(true)
    expect(two.body.equals(LARGE)).toBe(true)
  })

  test('gives nothing beside it, however the path is written', async () => {
    const { url } = await startFiles()
    const { host } = new URL(url)
    const targets = ['/../secret', '/%2e%2e/secret', '/..%2fsecret', '/site/../../secret', '/.%00./secret', '/leaves']
    for (const target of targets) {
      const visitor = await visit(url)
      visitor.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      const answer = await visitor.receiveAll()
      expect([target, answer.slice(9, 12)]).toEqual([target, '404'])
      visitor.finish()
    }
  })

  test('outlives a visitor that leaves in the middle of a file', async () => {
    const { url, events } = await startFiles()
    const outgoing = await startRequest(`${url}/large.bin`)
    outgoing.end()
    const response = await responseTo(outgoing)
    await once(response, 'readable')
    outgoing.destroy()
    await until(() => events.closed.length === 1, 'the connection to be gone')
    expect(await request(`${url}/hello.txt`)).toMatchObject({ status: 200 })
  })

  test('that is not there is refused before anything is online', async () => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    await expect(forwardOver(session, { addr: 'file:///no/such/directory' })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_9034',
      message: 'directory /no/such/directory cannot be served: ENOENT',
    })
    expect(tunnel.edge.endpointCount).toBe(0)
  })
})

test('tunnel http file:///… serves a directory', async () => {
  const edge = await startEdgeProgram()
  const agent = await startAgentProgram(edge.connectionString, ['http', `file://${sharedDirectory()}`])
  const [url = ''] = agent.urls
  expect(await request(`${url}/hello.txt`, { ca: edge.ca })).toMatchObject({ status: 200, text: 'hello world' })
  const outgoing = await startRequest(`${url}/large.bin`, { ca: edge.ca, headers: { range: 'bytes=0-99' } })
  outgoing.end()
  expect((await readAnswer(await responseTo(outgoing))).body.equals(LARGE.subarray(0, 100))).toBe(true)
  expect(await stop(agent.child)).toBe(0)
  await stop(edge.child)
})
