// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { visit } from '../harness/raw-connection.ts'
import { until, untilStill } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { police } from './policed.ts'

const onResponse = (...actions: object[]): string => JSON.stringify({ on_http_response: [{ actions }] })
const compress = (...algorithms: string[]): object => ({
  type: 'compress-response',
  ...(algorithms.length > 0 && { config: { algorithms } }),
})
const replace = (from: string, to: string): object => ({
  type: 'response-body-find-replace',
  config: { replacements: [{ from, to }] },
})

describe('response rules', () => {
  test('see the response and change its headers, over both versions', async () => {
    const { url } = await police(
      onResponse(
        { type: 'remove-headers', config: { headers: ['x-gone'] } },
        { type: 'add-headers', config: { headers: { 'x-out': '${res.status_code} ${req.method}' } } },
      ),
      { handle: (_incoming, response) => response.writeHead(201, { 'x-gone': '1', 'x-kept': '2' }).end('made') },
    )
    const one = await request(url)
    expect(one).toMatchObject({ status: 201, headers: { 'x-out': '201 GET', 'x-kept': '2' }, text: 'made' })
    expect(one.headers).not.toHaveProperty('x-gone')
    const two = await http2Request(await openHttp2(url), { ':path': '/' })
    expect(two).toMatchObject({ status: 201, headers: { 'x-out': '201 GET', 'x-kept': '2' }, text: 'made' })
  })

  test('never see an error code of the upstream', async () => {
    const { url } = await police(
      onResponse({ type: 'add-headers', config: { headers: { 'x-seen': "${hasResHeader('ngrok-error-code')}" } } }),
      { handle: (_incoming, response) => response.writeHead(200, { 'Ngrok-Error-Code': 'ERR_NGROK_1' }).end() },
    )
    const { headers } = await request(url)
    expect(headers).toMatchObject({ 'x-seen': 'false' })
    expect(headers).not.toHaveProperty('ngrok-error-code')
  })

  test('run on what custom-response made, and not on what the edge says of a failure', async () => {
    const { url } = await police(
      JSON.stringify({
        on_http_request: [
          {
            expressions: ["req.url.path == '/made'"],
            actions: [{ type: 'custom-response', config: { body: 'made' } }],
          },
        ],
        on_http_response: [{ actions: [{ type: 'add-headers', config: { headers: { 'x-out': 'yes' } } }] }],
      }),
      { handle: (incoming) => incoming.socket.destroy() },
    )
    expect((await request(`${url}/made`)).headers).toMatchObject({ 'x-out': 'yes' })
    const failed = await request(url)
    expect(failed).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3004' } })
    expect(failed.headers).not.toHaveProperty('x-out')
  })

  test('can put another response in its place, however long the upstream goes on', async () => {
    const { url, upstream } = await police(
      onResponse({ type: 'custom-response', config: { status_code: 418, body: 'no' } }),
      {
        handle: (_incoming, response) => void response.writeHead(200).write('endless'),
      },
    )
    expect(await request(url)).toMatchObject({ status: 418, text: 'no' })
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })

  test('can refuse it', async () => {
    const { url } = await police(onResponse({ type: 'restrict-ips', config: { allow: ['10.0.0.0/8'] } }))
    expect(await request(url)).toMatchObject({ status: 403, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3205' } })
  })

  test('an error in one answers 500 with nothing of the response', async () => {
    const { url } = await police(
      onResponse({ type: 'add-headers', config: { headers: { x: "${res.headers['y'][0].size() / 0}" } } }),
      {
        handle: (_incoming, response) => response.end('a secret'),
      },
    )
    const answer = await request(url)
    expect(answer).toMatchObject({ status: 500, headers: { 'tunnel-error-code': 'ERR_TUNNEL_2253' } })
    expect(answer.text).not.toContain('secret')
  })

  test('that wait for another service hold the response back meanwhile, and lose nothing of it', async () => {
    const body = randomBytes(3 * 1024 * 1024)
    const { url, tunnel } = await police(
      JSON.stringify({
        on_http_response: [
          { actions: [{ type: 'http-request', config: { url: 'https://slow.internal' } }] },
          {
            actions: [
              { type: 'add-headers', config: { headers: { 'x-asked': '${actions.ngrok.http_request.res.body}' } } },
            ],
          },
        ],
      }),
      { handle: (_incoming, response) => response.end(body) },
    )
    const slow = await startUpstream((_incoming, response) => void setImmediate(() => response.end('later')))
    await tunnel.forward(slow, { url: 'https://slow.internal' })
    const answer = await request(url)
    expect(answer.headers['x-asked']).toBe('later')
    expect(answer.body.equals(body)).toBe(true)
  })
})

describe('response-body-find-replace', () => {
  test.each([
    ['as it is', (text: string) => ({ body: Buffer.from(text), headers: {} })],
    ['in gzip', (text: string) => ({ body: gzipSync(text), headers: { 'content-encoding': 'gzip' } })],
  ])('replaces in a body %s, and tells its length', async (_form, make) => {
    const { body, headers } = make('a secret of secrets')
    const { url } = await police(onResponse(replace('secret', '***')), {
      handle: (_incoming, response) => response.writeHead(200, { ...headers, 'content-length': body.length }).end(body),
    })
    const one = await request(url)
    expect(one).toMatchObject({ text: 'a *** of ***s', headers: { 'content-length': '13' } })
    expect(one.headers).not.toHaveProperty('content-encoding')
    expect(await http2Request(await openHttp2(url), { ':path': '/' })).toMatchObject({ text: 'a *** of ***s' })
  })

  test('a body that is cut short is an error', async () => {
    const { url } = await police(onResponse(replace('a', 'b')), {
      handle: (_incoming, response) => {
        response.writeHead(200, { 'content-length': '10' })
        response.write('aaa', () => response.destroy())
      },
    })
    expect(await request(url)).toMatchObject({ status: 500, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3903' } })
  })

  test('a body beyond the limit is an error', async () => {
    const { url } = await police(onResponse(replace('a', 'b')), {
      handle: (_incoming, response) => response.end(Buffer.alloc(11 * 1024 * 1024)),
    })
    expect(await request(url)).toMatchObject({ status: 500, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3903' } })
  })

  test('goes before compression', async () => {
    const { url } = await police(onResponse(replace('one', 'two'), compress()), {
      handle: (_incoming, response) => response.end('one'),
    })
    const { headers, body } = await request(url, { headers: { 'accept-encoding': 'gzip' } })
    expect(headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(body).toString()).toBe('two')
  })
})

describe('compress-response', () => {
  const text = 'compressible '.repeat(100_000)

  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])('%s, as the visitor prefers', async (coding, decode) => {
    const { url } = await police(onResponse(compress()), {
      handle: (_incoming, response) => response.setHeader('etag', '"1"').end(text),
    })
    const { headers, body } = await request(url, { headers: { 'accept-encoding': coding } })
    expect(headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding', etag: 'W/"1"' })
    expect(headers).not.toHaveProperty('content-length')
    expect(body.length).toBeLessThan(text.length / 10)
    expect(decode(body).toString()).toBe(text)
    const two = await http2Request(await openHttp2(url), { ':path': '/', 'accept-encoding': coding })
    expect(decode(two.body).toString()).toBe(text)
  })

  test.each<[string, { method?: string; headers?: Record<string, string> }, Record<string, string>, number]>([
    ['nothing for who accepts nothing', {}, {}, 200],
    ['no HEAD', { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } }, {}, 200],
    ['no 204', { headers: { 'accept-encoding': 'gzip' } }, {}, 204],
    ['no 304', { headers: { 'accept-encoding': 'gzip' } }, {}, 304],
    ['nothing with no-transform', { headers: { 'accept-encoding': 'gzip' } }, { 'cache-control': 'no-transform' }, 200],
    ['nothing that is coded already', { headers: { 'accept-encoding': 'gzip' } }, { 'content-encoding': 'br' }, 200],
  ])('%s is compressed', async (_what, settings, headers, status) => {
    const { url } = await police(onResponse(compress('gzip')), {
      handle: (_incoming, response) => response.writeHead(status, headers).end(status === 200 ? 'as it is' : undefined),
    })
    const answer = await request(url, settings)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-encoding']).toBe(headers['content-encoding'])
    expect(answer.text).toBe(settings.method === 'HEAD' || status !== 200 ? '' : 'as it is')
  })

  test('a body of unknown length leaves piece by piece', async () => {
    let goOn = (): void => {}
    const { url } = await police(onResponse(compress('gzip')), {
      handle: (_incoming, response) => {
        response.write('first')
        goOn = () => response.end('last')
      },
    })
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`)
    // The head, and a chunk with the first piece: a gzip header alone has ten bytes.
    await visitor.receive(/\r\n\r\n[0-9a-f]+\r\n[\s\S]{12,}/)
    goOn()
    expect(await visitor.receiveAll()).toMatch(/0\r\n\r\n$/)
    visitor.finish()
  })

  test('a visitor that does not read holds the upstream back', async () => {
    let written = 0
    const { url } = await police(onResponse(compress('gzip')), {
      handle: (_incoming, response) => {
        const more = (): void => {
          do written += 64 * 1024
          while (!response.destroyed && response.write(randomBytes(64 * 1024)))
        }
        response.on('drain', more)
        more()
      },
    })
    const visitor = await visit(url)
    visitor.socket.pause()
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAccept-Encoding: gzip\r\n\r\n`)
    await until(() => written > 0, 'the first bytes')
    expect(await untilStill(() => written)).toBeLessThan(64 * 1024 * 1024)
    visitor.socket.destroy()
  })
})

describe('on_event_stream_message', () => {
  const sse = JSON.stringify({
    on_event_stream_message: [
      { actions: [{ type: 'sse-find-replace', config: { replacements: [{ from: 'secret', to: '***' }] } }] },
    ],
  })

  test('replaces in messages as they come', async () => {
    let goOn = (): void => {}
    const { url } = await police(sse, {
      handle: (_incoming, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: a secret\n\ndata: half a sec')
        goOn = () => response.end('ret\n\n')
      },
    })
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    await visitor.receive('data: a ***\n\n')
    expect(visitor.text).not.toContain('half')
    goOn()
    expect(await visitor.receiveAll()).toContain('data: half a ***\n\n')
    visitor.finish()
  })

  test('leaves other bodies alone', async () => {
    const { url } = await police(sse, { handle: (_incoming, response) => response.end('data: a secret\n\n') })
    expect((await request(url)).text).toBe('data: a secret\n\n')
  })

  test('a message beyond the limit cuts the response', async () => {
    const { url } = await police(sse, {
      handle: (_incoming, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: ${'x'.repeat(2 * 1024 * 1024)}\n\n`)
      },
    })
    await expect(request(url)).rejects.toThrow()
  })
})

test('a policy with response rules streams what it does not change', async () => {
  const body = randomBytes(20 * 1024 * 1024)
  const { url } = await police(onResponse({ type: 'add-headers', config: { headers: { 'x-out': 'yes' } } }), {
    handle: (_incoming, response) => response.end(body),
  })
  expect((await request(url)).body.equals(body)).toBe(true)
  expect((await http2Request(await openHttp2(url), { ':path': '/' })).body.equals(body)).toBe(true)
})
