// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { once } from 'node:events'
import { Agent } from 'node:https'
import { listenOver } from '@tunnel/agent-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { openTcp, visit } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { createAuthority, createLeaf, hasOpenssl } from '../tls-endpoints/certificates.ts'
import { visitTls } from '../tls-endpoints/tls-visitor.ts'
import { police, tellAsked, whatItSays } from './policed.ts'

const onConnect = (...actions: object[]): string => JSON.stringify({ on_tcp_connect: [{ actions }] })
const restrict = (...allow: string[]): object => ({ type: 'restrict-ips', config: { allow } })
const portOf = (url: string): number => Number(new URL(url).port)

describe('a tcp endpoint', () => {
  test.each([
    ['restrict-ips', restrict('10.0.0.0/8')],
    ['deny', { type: 'deny' }],
    ['close-connection', { type: 'close-connection' }],
  ])('%s closes the connection before the upstream hears of it', async (_type, action) => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => connection.finish('hello'))
    const listener = await tunnel.forward(upstream, { proto: 'tcp', traffic_policy: onConnect(action) })
    expect(await whatItSays(portOf(listener.url() as string), 'anything')).toBe('')
    expect(upstream.connections).toHaveLength(0)
  })

  test('lets in whom its rules let in, with what they log', async () => {
    const logged: object[] = []
    const tunnel = await startTestEdge({
      policies: { onEvents: ({ kind, events }) => void logged.push({ kind, ...events }) },
    })
    const upstream = await startRawUpstream((connection) => connection.finish('hello'))
    const policy = onConnect(restrict('127.0.0.0/8'), {
      type: 'log',
      config: { metadata: { from: '${conn.client_ip}' } },
    })
    const listener = await tunnel.forward(upstream, { proto: 'tcp', traffic_policy: policy })
    const visitor = await openTcp(portOf(listener.url() as string))
    expect(await visitor.receiveAll()).toBe('hello')
    visitor.finish()
    expect(logged).toMatchObject([
      { kind: 'connection', ipPolicy: 'allow', logs: [{ metadata: { from: '127.0.0.1' } }] },
    ])
  })

  test('an expression that fails closes the connection', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => connection.finish('hello'))
    const rule = { expressions: ['[1][conn.client_port] == 1'], actions: [restrict('0.0.0.0/0')] }
    const policy = JSON.stringify({ on_tcp_connect: [rule] })
    const listener = await tunnel.forward(upstream, { proto: 'tcp', traffic_policy: policy })
    expect(await whatItSays(portOf(listener.url() as string))).toBe('')
  })
})

describe('an http endpoint', () => {
  test.each(['http', 'https'] as const)('over %s closes a connection that is not let in', async (schemes) => {
    const { url, upstream } = await police(onConnect({ type: 'deny' }), { config: { schemes } })
    await expect(request(url)).rejects.toThrow()
    expect(upstream.requests).toEqual([])
  })

  test('over http can forward a connection as it is, to a tcp one', async () => {
    const forward = (host: string, on_error = 'halt') => ({
      type: 'forward-internal',
      config: { url: `tcp://${host}:9000`, on_error },
    })
    const rules = [{ actions: [forward('nobody.internal', 'continue')] }, { actions: [forward('raw.internal')] }]
    const { tunnel, url, upstream } = await police(JSON.stringify({ on_tcp_connect: rules }), {
      config: { schemes: 'http' },
    })
    const raw = await startRawUpstream((connection) => connection.finish('no HTTP\n'))
    await tunnel.forward(raw, { url: 'tcp://raw.internal:9000' })
    const sent = `POST /a HTTP/1.1\r\nHost: ${new URL(url).host}\r\nX: y\r\nContent-Length: 3\r\n\r\nabcGET / HTT`
    const visitor = (await visit(url)).send(sent).finish()
    expect(await visitor.receiveAll()).toBe('no HTTP\n')
    expect(await raw.connections[0]?.receiveAll()).toBe(sent)
    expect(upstream.requests).toEqual([])
  })

  test('over http goes on after rules that let a connection in, with all that it has sent', async () => {
    const { url, upstream } = await police(onConnect(restrict('127.0.0.0/8')), { config: { schemes: 'http' } })
    const visitor = await visit(url)
    const head = (path: string) => `POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 3\r\n\r\n`
    visitor.send(`${head('/1')}one${head('/2')}t`)
    await visitor.receive('"body":"one"')
    visitor.send('wo')
    await visitor.receive('"body":"two"')
    expect(upstream.requests).toEqual(['POST /1', 'POST /2'])
    visitor.socket.destroy()
  })

  test('over HTTP/2 too', async () => {
    const { url } = await police(onConnect({ type: 'deny' }))
    const session = await openHttp2(url)
    await expect(once(session, 'connect')).rejects.toThrow()
  })

  test('rules for connections run once for all requests of one', async () => {
    const seen: string[] = []
    const { url } = await police(onConnect({ type: 'log', config: { metadata: { n: '1' } } }), {
      policies: { onEvents: ({ kind }) => void seen.push(kind) },
    })
    const session = await openHttp2(url)
    await Promise.all([http2Request(session, { ':path': '/1' }), http2Request(session, { ':path': '/2' })])
    expect(seen.filter((kind) => kind === 'connection')).toHaveLength(1)
    expect(seen.filter((kind) => kind === 'request')).toHaveLength(2)
  })

  test('a connection of before an update meets the new rules at its next request', async () => {
    const { listener, url } = await police(
      JSON.stringify({
        on_http_request: [],
        on_http_response: [{ actions: [{ type: 'log', config: { metadata: {} } }] }],
      }),
    )
    const visitor = await visit(url)
    const get = `GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`
    visitor.send(get)
    await visitor.receive('"url":"/"')
    await listener.update({ trafficPolicy: onConnect({ type: 'deny' }) })
    visitor.send(get)
    await within(visitor.ended, 'the end of the connection')
  })

  test('knows the connection', async () => {
    const facts = [
      'conn.tls.version',
      'conn.tls.sni',
      'conn.tls.negotiated_alpn',
      'conn.tls.cipher_suite',
      'conn.tls.ja4_fingerprint',
      'conn.tls.server.subject.common_name',
      'endpoint.host',
      'endpoint.protocol',
      'conn.server_region',
      'conn.tls.server.san',
    ]
    const made = Object.fromEntries(facts.map((name, at) => [`x-${at}`, `\${${name}}`]))
    const policy = JSON.stringify({
      on_http_request: [{ actions: [{ type: 'custom-response', config: { headers: made } }] }],
    })
    const { url } = await police(policy, { region: 'eu' })
    const { hostname } = new URL(url)
    const { headers } = await http2Request(await openHttp2(url), { ':path': '/' })
    const values = facts.map((_name, at) => headers[`x-${at}`])
    expect(values).toEqual([
      '1.3',
      hostname,
      'h2',
      expect.stringMatching(/^TLS_/),
      expect.stringMatching(/^t13d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$/),
      expect.any(String),
      hostname,
      'https',
      'eu',
      expect.stringContaining('DNS:'),
    ])
  })

  test('conn.tls is empty over plain HTTP', async () => {
    const policy = JSON.stringify({
      on_http_request: [
        {
          actions: [
            { type: 'custom-response', config: { body: '[${conn.tls.version}${conn.tls.sni}] ${conn.client_port}' } },
          ],
        },
      ],
    })
    const { url } = await police(policy, { config: { schemes: 'http' } })
    expect((await request(url)).text).toMatch(/^\[\] \d+$/)
  })
})

describe.skipIf(!hasOpenssl)('terminate-tls', () => {
  test('ends the TLS of a tls endpoint, and its rules know what that gave', async () => {
    const authority = createAuthority('authority')
    const leaf = createLeaf(authority, ['own.tunnel.test'])
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(({ socket }) => void socket.pipe(socket))
    const policy = JSON.stringify({
      on_tcp_connect: [
        {
          actions: [
            {
              type: 'terminate-tls',
              config: { min_version: '1.3', server_certificate: leaf.cert, server_private_key: leaf.key },
            },
          ],
        },
        { expressions: ["conn.tls.version != '1.3'"], actions: [{ type: 'deny' }] },
      ],
    })
    const listener = await tunnel.forward(upstream, { url: 'tls://own.tunnel.test', traffic_policy: policy })
    const url = new URL(listener.url() as string)
    const visitor = await visitTls(`tls://own.tunnel.test:${tunnel.httpsPort}`, { ca: authority.cert })
    expect(url.hostname).toBe('own.tunnel.test')
    visitor.send('hello')
    await visitor.receive('hello')
    visitor.finish()
    await visitor.ended
    await expect(
      visitTls(`tls://own.tunnel.test:${tunnel.httpsPort}`, { ca: authority.cert, maxVersion: 'TLSv1.2' }),
    ).rejects.toThrow()
  })

  test('offers no other cipher suites than the edge itself', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end('hello'))
    const policy = onConnect({ type: 'terminate-tls', config: {} })
    const url = (await tunnel.forward(upstream, { traffic_policy: policy })).url() as string
    const { ca } = await identity()
    const visitWith = (ciphers: string) => visitTls(url, { ca, maxVersion: 'TLSv1.2', ciphers })
    await visitWith('ECDHE+AESGCM')
    await expect(visitWith('ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA')).rejects.toThrow()
  })

  test.each([
    ['require-any', { none: undefined, unknown: 'stranger', known: 'friend' }],
    ['request', { none: '', unknown: 'stranger', known: 'friend' }],
    ['require-and-verify', { none: undefined, unknown: undefined, known: 'friend' }],
  ])('lets in by the strategy %s whom it says', async (strategy, expected) => {
    const [authority, other] = [createAuthority('clients'), createAuthority('others')]
    const clients = {
      none: undefined,
      unknown: createLeaf(other, ['stranger']),
      known: createLeaf(authority, ['friend']),
    }
    const config = {
      mutual_tls_certificate_authorities: [authority.cert],
      mutual_tls_verification_strategy: strategy,
    }
    const body = '${conn.tls.client.subject.common_name}'
    const policy = JSON.stringify({
      on_tcp_connect: [{ actions: [{ type: 'terminate-tls', config }] }],
      on_http_request: [{ actions: [{ type: 'custom-response', config: { body } }] }],
    })
    const { url } = await police(policy)
    const { ca } = await identity()
    const answered = Object.entries(clients).map(async ([name, client]) => {
      const agent = new Agent({ ca, ...(client && { cert: client.cert, key: client.key }) })
      onTestFinished(() => agent.destroy())
      return [
        name,
        await request(url, { agent }).then(
          ({ text }) => text,
          () => undefined,
        ),
      ]
    })
    expect(Object.fromEntries(await Promise.all(answered))).toEqual(expected)
  })

  test('tells the upstream of a tls endpoint of no certificate that nobody has verified', async () => {
    const client = createLeaf(createAuthority('others'), ['stranger'])
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    const policy = onConnect({ type: 'terminate-tls', config: { mutual_tls_verification_strategy: 'require-any' } })
    const listener = await listenOver(session, { url: `tls://any.${DOMAIN}`, traffic_policy: policy })
    const told = new Promise((resolve) => {
      listener.on('connection', (socket) => {
        resolve(socket.header.tls)
        socket.destroy()
      })
    })
    const { ca } = await identity()
    const visitor = await visitTls(`tls://any.${DOMAIN}:${tunnel.httpsPort}`, {
      ca,
      cert: client.cert,
      key: client.key,
    })
    expect(await within(told, 'the connection')).toEqual({
      serverName: `any.${DOMAIN}`,
      version: 'TLSv1.3',
      cipher: expect.any(String),
    })
    visitor.socket.destroy()
  })

  test('asks the visitors of an https endpoint for a certificate', async () => {
    const authority = createAuthority('clients')
    const client = createLeaf(authority, ['client.example'])
    const policy = JSON.stringify({
      on_tcp_connect: [
        { actions: [{ type: 'terminate-tls', config: { mutual_tls_certificate_authorities: [authority.cert] } }] },
      ],
      on_http_request: [
        {
          actions: [
            {
              type: 'add-headers',
              config: {
                headers: {
                  'x-cn': '${conn.tls.client.subject.common_name} of ${conn.tls.client.subject.organization[0]}',
                  'x-subject': '${conn.tls.client.subject}',
                  'x-issuer': '${conn.tls.client.issuer}',
                  'x-names': '${conn.tls.client.san.dns_names[0]} ${conn.tls.client.signature_algorithm}',
                },
              },
            },
          ],
        },
      ],
    })
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => void tellAsked(incoming, response))
    const url = (await tunnel.forward(upstream, { traffic_policy: policy })).url() as string
    await expect(request(url)).rejects.toThrow()
    expect(upstream.requests).toEqual([])
    const { ca } = await identity()
    const agent = new Agent({ ca, cert: client.cert, key: client.key })
    onTestFinished(() => agent.destroy())
    const outgoing = await startRequest(url, { agent })
    outgoing.end()
    const { headers } = JSON.parse((await readAnswer(await responseTo(outgoing))).text) as { headers: object }
    expect(headers).toMatchObject({
      'x-cn': 'client.example of Tunnel tests',
      'x-subject': 'O=Tunnel tests,CN=client.example',
      'x-issuer': 'CN=clients',
      'x-names': 'client.example ECDSA-SHA256',
    })
  })
})
