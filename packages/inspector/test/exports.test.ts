import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { savedTest } from '../src/exports/saved-test.ts'
import { Inspector } from '../src/index.ts'
import type { Capture } from '../src/store/capture.ts'
import { FakeEndpoint } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

interface Har {
  log: {
    version: string
    entries: { request: Record<string, unknown>; response: Record<string, unknown>; time: number }[]
  }
}

test('a HAR has everything but secrets, and comes back as captures', async () => {
  const { inspector, call } = await localApi()
  new FakeEndpoint(inspector).exchange({
    method: 'POST',
    target: '/pay?id=1&x=%20y',
    requestHeaders: ['Authorization', 'Bearer abc', 'Cookie', 'sid=secret; theme=dark', 'Content-Type', 'text/plain'],
    requestBody: 'body',
    responseHeaders: ['Set-Cookie', 'sid=new; Path=/', 'Content-Type', 'image/png'],
    responseBody: Buffer.from([0xff, 0xd8]),
  })
  const answer = await call('/api/captures.har')
  expect(answer.bytes.toString()).not.toMatch(/Bearer abc|secret|sid=new/)
  const har = answer.json<Har & Record<string, unknown>>()
  expect(har.log).toMatchObject({
    version: '1.2',
    entries: [
      {
        time: 3.893,
        request: {
          method: 'POST',
          url: 'https://shop.example.com/pay?id=1&x=%20y',
          queryString: [
            { name: 'id', value: '1' },
            { name: 'x', value: ' y' },
          ],
          headers: expect.arrayContaining([{ name: 'Authorization', value: '[masked]' }]),
          cookies: [
            { name: 'sid', value: '[masked]' },
            { name: 'theme', value: '[masked]' },
          ],
          postData: { mimeType: 'text/plain', text: 'body' },
        },
        response: { status: 200, content: { size: 2, mimeType: 'image/png', text: '/9g=', encoding: 'base64' } },
      },
    ],
  })
  expect((await call('/api/captures.har?secrets=include')).bytes.toString()).toContain('Bearer abc')

  const imported = (await call('/api/captures.har', { method: 'POST', body: har })).json<{
    ids: string[]
    skipped: number
  }>()
  expect(imported).toMatchObject({ ids: [expect.any(String)], skipped: 0 })
  const uri = `/api/captures/${imported.ids[0]}`
  expect((await call(uri)).json()).toMatchObject({
    imported: true,
    method: 'POST',
    path: '/pay?id=1&x=%20y',
    status: 200,
    durationMs: 3.893,
  })
  expect((await call(`${uri}/response/body`)).bytes).toEqual(Buffer.from([0xff, 0xd8]))
})

test.each([['{}'], ['[]'], ['{"log":{}}'], ['{"log":{"entries":{}}}']])('%s is no HAR', async (text) => {
  const { call } = await localApi()
  const answer = await call('/api/captures.har', {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  })
  expect(answer.json()).toMatchObject({ status_code: 400, details: { code: 'ERR_INSPECTOR_HAR' } })
})

test('entries of a HAR that are none are left out', async () => {
  const { call } = await localApi()
  const good = { startedDateTime: 'x', request: { method: 'GET', url: 'http://a/' }, response: { status: 0 } }
  const body = { log: { entries: [null, {}, { request: 1 }, good] } }
  expect((await call('/api/captures.har', { method: 'POST', body })).json()).toMatchObject({
    ids: [expect.any(String)],
    skipped: 3,
  })
})

function captured(exchange: Parameters<FakeEndpoint['exchange']>[0]): Capture {
  const inspector = new Inspector()
  new FakeEndpoint(inspector).exchange(exchange)
  return inspector.store.newestFirst()[0] as Capture
}

const nasty = `a'b"c\`d$(touch /tmp/x)\${HOME}\\ \n%41 @é`

test('the command sends the same request, whatever it holds', async () => {
  const seen: unknown[] = []
  const server = createServer(async (incoming, response) => {
    seen.push([
      incoming.method,
      incoming.url,
      incoming.headers['x-odd'],
      incoming.headers['x-empty'],
      (await buffer(incoming)).toString(),
    ])
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const odd = nasty.replace(/[\né]/g, '')
  const capture = captured({
    method: 'POST',
    target: `/p'$(id)/../x?q="`,
    requestHeaders: ['X-Odd', odd, 'X-Empty', ''],
    requestBody: nasty,
  })
  const { text, fileName } = savedTest(capture, 'curl', false)
  expect(fileName).toBe('post-p-id-x.sh')
  await run('sh', ['-c', text], `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(seen).toEqual([['POST', `/p'$(id)/../x?q="`, odd, '', nasty]])
})

test('the test passes against the same service, and fails against another', async () => {
  let status = 201
  const server = createServer((_incoming, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":[1,"\u2028"]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const capture = captured({
    method: 'PUT',
    target: '/`$' + '{1}`',
    requestHeaders: ['X-A', `'"\``],
    requestBody: Buffer.from([0xff]),
    status: 201,
    responseHeaders: ['Content-Type', 'application/json; charset=utf-8'],
    responseBody: '{"ok":[1,"\u2028"]}',
  })
  const { text } = savedTest(capture, 'node', false)
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await run(process.execPath, ['--input-type=module', '-e', text], base)
  status = 500
  await expect(run(process.execPath, ['--input-type=module', '-e', text], base)).rejects.toThrow()
  expect(savedTest(capture, 'vitest', false).text).toContain("import { expect, test } from 'vitest'")
})

test('secrets stay out of tests unless asked for', () => {
  const capture = captured({ requestHeaders: ['Authorization', 'Bearer abc'] })
  expect(savedTest(capture, 'http', false).text).toContain('Authorization: [masked]')
  expect(savedTest(capture, 'http', true).text).toContain('Authorization: Bearer abc')
})

function run(program: string, args: string[], base: string): Promise<void> {
  const env = { PATH: process.env.PATH, BASE_URL: base }
  return new Promise((resolve, reject) => {
    execFile(program, args, { env }, (error) => (error ? reject(error) : resolve()))
  })
}
