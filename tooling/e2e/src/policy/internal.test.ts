// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startRawUpstream, startUpstream, unusedPort } from '../harness/upstream.ts'
import { askedIn, police, tellAsked, whatItSays } from './policed.ts'

const forwardTo = (url: string, more: object = {}): object => ({ type: 'forward-internal', config: { url, ...more } })
const onRequest = (...actions: object[]): string => JSON.stringify({ on_http_request: [{ actions }] })
const offline = { type: 'custom-response', config: { body: 'offline: ${actions.ngrok.forward_internal.error.code}' } }

const telling = () => startUpstream((incoming, response) => void tellAsked(incoming, response))

describe('forward-internal over HTTP', () => {
  test('reaches an internal endpoint, which sees the public Host', async () => {
    const { tunnel, url, upstream } = await police(onRequest(forwardTo('https://inner.internal')))
    const inner = await telling()
    await tunnel.forward(inner, { url: 'https://inner.internal' })
    const asked = askedIn(await request(`${url}/a?b=c`, { method: 'POST', body: 'the body' }))
    const { host } = new URL(url)
    expect(asked).toMatchObject({
      url: '/a?b=c',
      body: 'the body',
      headers: { host, 'x-forwarded-host': host, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
    })
    const two = await http2Request(await openHttp2(url), { ':method': 'POST', ':path': '/h2' }, 'more')
    expect(askedIn(two)).toMatchObject({ url: '/h2', body: 'more' })
    expect(upstream.requests).toEqual([])
  })

  test('the target’s own policy runs inside the outer one', async () => {
    const outer = JSON.stringify({
      on_http_request: [
        {
          actions: [
            { type: 'add-headers', config: { headers: { 'x-outer': '1' } } },
            forwardTo('https://inner.internal'),
          ],
        },
      ],
      on_http_response: [
        {
          actions: [
            {
              type: 'add-headers',
              config: { headers: { 'x-order': 'outer', 'x-inner-said': "${res.headers['x-order'][0]}" } },
            },
          ],
        },
      ],
    })
    const inner = JSON.stringify({
      on_http_request: [
        {
          expressions: ["req.url.path == '/no'"],
          actions: [{ type: 'restrict-ips', config: { allow: ['10.0.0.0/8'] } }],
        },
        { actions: [{ type: 'add-headers', config: { headers: { 'x-inner': "${req.headers['x-outer'][0]}2" } } }] },
      ],
      on_http_response: [{ actions: [{ type: 'add-headers', config: { headers: { 'x-order': 'inner' } } }] }],
    })
    const { tunnel, url } = await police(outer)
    await tunnel.forward(await telling(), { url: 'https://inner.internal', traffic_policy: inner })
    const answer = await request(url)
    expect(answer.headers).toMatchObject({ 'x-order': 'inner, outer', 'x-inner-said': 'inner' })
    expect(askedIn(answer).headers).toMatchObject({ 'x-outer': '1', 'x-inner': '12' })
    // A decision of the target is an answer: the outer response rules run on it, and its code stays.
    const refused = await request(`${url}/no`)
    expect(refused).toMatchObject({
      status: 403,
      headers: { 'tunnel-error-code': 'ERR_TUNNEL_3205', 'x-order': 'outer' },
    })
    const two = await http2Request(await openHttp2(url), { ':path': '/no' })
    expect(two).toMatchObject({ status: 403, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3205', 'x-order': 'outer' } })
  })

  test('an endpoint that is not online is 404 (3200)', async () => {
    const { url } = await police(onRequest(forwardTo('https://nowhere.internal')))
    expect(await request(url)).toMatchObject({ status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } })
  })

  test('with on_error continue the rules go on, and know why', async () => {
    const { tunnel, url } = await police(
      onRequest(
        forwardTo('https://nowhere.internal', { on_error: 'continue' }),
        forwardTo('https://broken.internal', { on_error: 'continue' }),
        offline,
      ),
    )
    expect((await request(url)).text).toBe('offline: ERR_NGROK_3200')
    await tunnel.forward({ port: await unusedPort() }, { url: 'https://broken.internal' })
    expect((await request(url)).text).toBe('offline: ERR_NGROK_8012')
    const posted = await request(url, { method: 'POST', headers: { 'content-length': '0' } })
    expect(posted.text).toBe('offline: ERR_NGROK_8012')
  })

  test('a request whose body is gone goes nowhere else', async () => {
    const { tunnel, url } = await police(
      onRequest(forwardTo('https://broken.internal', { on_error: 'continue' }), offline),
    )
    await tunnel.forward({ port: await unusedPort() }, { url: 'https://broken.internal' })
    const answer = await request(url, { method: 'POST', body: 'gone' })
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' } })
  })

  test('a body that an action has read goes to the next one', async () => {
    const replace = { type: 'request-body-find-replace', config: { replacements: [{ from: 'a', to: 'b' }] } }
    const { tunnel, url } = await police(
      onRequest(
        replace,
        forwardTo('https://broken.internal', { on_error: 'continue' }),
        forwardTo('https://inner.internal'),
      ),
    )
    await tunnel.forward({ port: await unusedPort() }, { url: 'https://broken.internal' })
    await tunnel.forward(await telling(), { url: 'https://inner.internal' })
    expect(askedIn(await request(url, { method: 'POST', body: 'aaa' })).body).toBe('bbb')
  })

  test('a chain that comes back to itself ends with 508 (3501)', async () => {
    const { tunnel, url } = await police(onRequest(forwardTo('https://one.internal')))
    const one = await telling()
    await tunnel.forward(one, {
      url: 'https://one.internal',
      traffic_policy: onRequest(forwardTo('https://two.internal')),
    })
    await tunnel.forward(one, {
      url: 'https://two.internal',
      traffic_policy: onRequest(forwardTo('https://one.internal')),
    })
    expect(await request(url)).toMatchObject({ status: 508, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3501' } })
  })

  test('a chain of as many endpoints as there may be arrives', async () => {
    const { tunnel, url } = await police(onRequest(forwardTo('https://e1.internal')))
    const inner = await telling()
    for (let hop = 1; hop < 5; hop++)
      await tunnel.forward(inner, {
        url: `https://e${hop}.internal`,
        traffic_policy: onRequest(forwardTo(`https://e${hop + 1}.internal`)),
      })
    await tunnel.forward(inner, { url: 'https://e5.internal' })
    expect((await request(url)).status).toBe(200)
  })
})

describe('forward-internal over TCP', () => {
  const portOf = (url: string): number => Number(new URL(url).port)

  test('goes to an internal endpoint, under its policy too', async () => {
    const tunnel = await startTestEdge()
    const inner = await startRawUpstream(({ socket }) => void socket.pipe(socket))
    await tunnel.forward(inner, {
      url: 'tcp://echo.internal:7',
      traffic_policy: JSON.stringify({
        on_tcp_connect: [{ actions: [{ type: 'restrict-ips', config: { allow: ['127.0.0.1'] } }] }],
      }),
    })
    const outer = await startRawUpstream((connection) => connection.finish('outer'))
    const listener = await tunnel.forward(outer, {
      proto: 'tcp',
      traffic_policy: JSON.stringify({ on_tcp_connect: [{ actions: [forwardTo('tcp://echo.internal:7')] }] }),
    })
    const visitor = await openTcp(portOf(listener.url() as string))
    visitor.send('hello')
    await visitor.receive('hello')
    visitor.finish()
    await visitor.ended
    expect(outer.connections).toHaveLength(0)
  })

  test('falls back to the upstream, or closes', async () => {
    const tunnel = await startTestEdge()
    const outer = await startRawUpstream((connection) => connection.finish('outer'))
    const policy = (on_error: string): string =>
      JSON.stringify({ on_tcp_connect: [{ actions: [forwardTo('tcp://nowhere.internal:7', { on_error })] }] })
    const goesOn = await tunnel.forward(outer, { proto: 'tcp', traffic_policy: policy('continue') })
    const visitor = await openTcp(portOf(goesOn.url() as string))
    expect(await visitor.receiveAll()).toBe('outer')
    visitor.finish()
    const halts = await tunnel.forward(outer, { proto: 'tcp', traffic_policy: policy('halt') })
    expect(await whatItSays(portOf(halts.url() as string))).toBe('')
  })
})
