import { randomBytes } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import { forwardOver, listenOver, type TlsConfig, type VisitorSocket } from '@tunnel/agent-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { DOMAIN, identity } from '../harness/identity.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { type RawUpstream, startRawUpstream, unusedPort } from '../harness/upstream.ts'
import { type CertificateFiles, createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { captureClientHello, echo, startTlsUpstream, visitTls } from './tls-visitor.ts'

const HOST = `mine.${DOMAIN}`
const url = `tls://${HOST}`

const echoUpstream = (): Promise<RawUpstream> => startRawUpstream(({ socket }) => echo(socket))

describe.skipIf(!hasOpenssl)('tls endpoints (need openssl)', () => {
  let authority: CertificateFiles
  let server: CertificateFiles
  let client: CertificateFiles
  let stranger: CertificateFiles

  beforeAll(() => {
    authority = createAuthority('An authority')
    server = createLeaf(authority, [HOST])
    client = createLeaf(authority, ['Ann'])
    stranger = createLeaf(createAuthority('Another authority'), ['Eve'])
  })

  const ownPair = (): TlsConfig => ({ crt: server.cert, key: server.key })
  /** Every place where TLS can end before the upstream, with what a visitor trusts there. */
  const places = {
    'in the agent': () => ({ config: ownPair(), ca: authority.cert }),
    'at the edge with its certificate': async () => ({
      config: { terminate_at: 'edge' as const },
      ca: (await identity()).ca,
    }),
    'at the edge with a certificate of ours': () => ({
      config: { ...ownPair(), terminate_at: 'edge' as const },
      ca: authority.cert,
    }),
  }

  async function online(
    tunnel: TestEdge,
    place: keyof typeof places,
    upstream: { port: number },
    more: TlsConfig = {},
  ) {
    const { config, ca } = await places[place]()
    return { listener: await tunnel.forward(upstream, { url, ...config, ...more }), ca }
  }

  test("are carried unopened: the visitor sees the upstream's certificate, and the upstream the visitor's", async () => {
    const tunnel = await startTestEdge()
    const upstream = await startTlsUpstream({ ...server, ca: authority.cert, requestCert: true }, (socket) => {
      socket.write(`${socket.servername} ${socket.getPeerCertificate().subject.CN}\n`)
      echo(socket)
    })
    const listener = await tunnel.forward(upstream, { url })
    expect(listener.url()).toBe(`${url}:${tunnel.httpsPort}`)
    expect(listener.proto()).toBe('tls')

    const visitor = await visitTls(listener.url(), { ca: authority.cert, cert: client.cert, key: client.key })
    await visitor.receive(`${HOST} Ann\n`)
    visitor.finish('through')
    expect(await visitor.receiveAll()).toMatch(/through$/)
  })

  test("give an upstream that is named tls:// the visitor's own TLS, not another one around it", async () => {
    const tunnel = await startTestEdge()
    const { port } = await startTlsUpstream(server, echo)
    const listener = await tunnel.forward({ port }, { url, addr: `tls://127.0.0.1:${port}` })
    const visitor = await visitTls(listener.url(), { ca: authority.cert })
    visitor.finish('once')
    expect(await visitor.receiveAll()).toBe('once')
  })

  test('negotiate no ALPN where they end, and what the upstream says where they do not', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startTlsUpstream({ ...server, ALPNProtocols: ['imap'] }, echo)
    const session = await tunnel.connectAgent()
    const passed = await forwardOver(session, { addr: upstream.port, url })
    const ended = await forwardOver(session, {
      addr: upstream.port,
      url: `tls://ended.${DOMAIN}`,
      terminate_at: 'edge',
    })
    const ALPNProtocols = ['http/1.1', 'imap']
    const { socket } = await visitTls(passed.url(), { ca: authority.cert, ALPNProtocols })
    expect(socket.alpnProtocol).toBe('imap')
    const other = await visitTls(ended.url(), { ca: (await identity()).ca, ALPNProtocols })
    expect(other.socket.alpnProtocol).toBe(false)
  })

  test.each(['upstream', 'agent', 'edge'] as const)(
    'that end at the %s tell the upstream by PROXY protocol who is there, before anything else',
    async (place) => {
      const tunnel = await startTestEdge()
      const upstream = await startRawUpstream(() => {})
      const pair = place === 'upstream' ? {} : ownPair()
      const listener = await tunnel.forward(upstream, { url, terminate_at: place, proxy_proto: 1, ...pair })
      const tcp = connectTcp(tunnel.httpsPort, '127.0.0.1')
      const visiting = visitTls(listener.url(), { ca: authority.cert, socket: tcp }).then((visitor) =>
        visitor.send('hello'),
      )
      // Where nobody ends it, the handshake waits for an upstream that says nothing.
      visiting.catch(() => {})
      const after = place === 'upstream' ? '\x16\x03' : 'hello'
      await until(() => upstream.connections[0]?.text.includes(after) ?? false, 'the bytes at the upstream')
      const header = `PROXY TCP4 127.0.0.1 127.0.0.1 ${tcp.localPort} ${tunnel.httpsPort}\r\n`
      expect(upstream.connections[0]?.text.slice(0, header.length + after.length)).toBe(header + after)
      tcp.destroy()
    },
  )

  describe.each(Object.keys(places) as (keyof typeof places)[])('that end %s', (place) => {
    test('give the upstream what was inside, and each end of the connection by itself', async () => {
      const tunnel = await startTestEdge()
      const upstream = await startRawUpstream((connection) => {
        void connection.ended.then((ending) => connection.finish(`${ending} after ${connection.text}`))
      })
      const { listener, ca } = await online(tunnel, place, upstream)
      const visitor = await visitTls(listener.url(), { ca })
      expect(visitor.socket.authorized).toBe(true)
      visitor.finish('the question')
      expect(await visitor.receiveAll()).toBe('end after the question')
    })

    test('let an upstream speak first, and carry what is larger than any buffer', async () => {
      const tunnel = await startTestEdge()
      const upstream = await startRawUpstream((connection) => {
        connection.send('* OK ready\r\n')
        echo(connection.socket)
      })
      const { listener, ca } = await online(tunnel, place, upstream)
      const visitor = await visitTls(listener.url(), { ca })
      await visitor.receive('* OK ready\r\n')
      const bytes = randomBytes(6 * 1024 * 1024)
      visitor.socket.end(bytes)
      await visitor.receiveAll()
      expect(visitor.bytes.subarray(12).equals(bytes)).toBe(true)
    })

    test('speak TLS again to an upstream that is named tls://', async () => {
      const tunnel = await startTestEdge()
      const { port } = await startTlsUpstream(stranger, echo)
      const { listener, ca } = await online(tunnel, place, { port }, {
        addr: `tls://127.0.0.1:${port}`,
        verify_upstream_tls: false,
      } as TlsConfig)
      const visitor = await visitTls(listener.url(), { ca })
      visitor.finish('twice')
      expect(await visitor.receiveAll()).toBe('twice')
    })

    test('refuse TLS 1.2 where 1.3 is the minimum, and take it otherwise', async () => {
      const tunnel = await startTestEdge()
      const upstream = await echoUpstream()
      const { listener, ca } = await online(tunnel, place, upstream, { tls_min_version: '1.3' })
      const old = { ca, maxVersion: 'TLSv1.2' as const }
      await expect(visitTls(listener.url(), old)).rejects.toMatchObject({
        code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      })
      expect((await visitTls(listener.url(), { ca })).socket.getProtocol()).toBe('TLSv1.3')
      await listener.close()

      const relaxed = await online(tunnel, place, upstream)
      const visitor = await visitTls(relaxed.listener.url(), old)
      expect(visitor.socket.getProtocol()).toBe('TLSv1.2')
    })

    test.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'with client authorities take %s visitors of theirs alone',
      async (version) => {
        const tunnel = await startTestEdge()
        const upstream = await echoUpstream()
        const { listener, ca } = await online(tunnel, place, upstream, { mutual_tls_cas: [authority.certFile] })
        const options = { ca, maxVersion: version, minVersion: version }

        const ann = await visitTls(listener.url(), { ...options, cert: client.cert, key: client.key })
        ann.send('hello')
        await ann.receive('hello')
        expect(upstream.connections).toHaveLength(1)

        for (const identity of [{}, { cert: stranger.cert, key: stranger.key }]) {
          // TLS 1.3 tells a client only after its own handshake is over.
          const ending = visitTls(listener.url(), { ...options, ...identity }).then(
            (visitor) => visitor.send('let me in').ended.then(() => visitor.text),
            () => '',
          )
          expect(await within(ending, 'the refusal')).toBe('')
        }
        expect(upstream.connections).toHaveLength(1)
        // Nor is a session resumed without showing the certificate again.
        const resumed = visitTls(listener.url(), { ...options, session: ann.socket.getSession() }).then(
          (visitor) => visitor.send('let me in').ended.then(() => visitor.text),
          () => '',
        )
        expect(await within(resumed, 'the refusal')).toBe('')
        expect(upstream.connections).toHaveLength(1)
      },
    )

    test('end a visitor whose upstream is not there', async () => {
      const tunnel = await startTestEdge()
      const { listener, ca } = await online(tunnel, place, { port: await unusedPort() })
      const visitor = await visitTls(listener.url(), { ca })
      await within(visitor.ended, 'the visitor to hear')
      expect(visitor.text).toBe('')
    })

    test('break at the upstream when the visitor breaks, and at the visitor when the upstream does', async () => {
      const tunnel = await startTestEdge()
      const upstream = await echoUpstream()
      const { listener, ca } = await online(tunnel, place, upstream)
      const tcp = connectTcp(tunnel.httpsPort, '127.0.0.1')
      const first = await visitTls(listener.url(), { ca, socket: tcp })
      await first.send('hello').receive('hello')
      tcp.resetAndDestroy()
      expect(await within(upstream.connections[0]!.ended, 'the upstream to hear')).toBe('reset')

      const second = await visitTls(listener.url(), { ca })
      await second.send('hello').receive('hello')
      upstream.connections[1]?.reset()
      // Node's client takes a connection that ends without the closing alert for one that ended.
      await within(second.ended, 'the visitor to hear')
      expect(second.text).toBe('hello')
    })

    test('tell a program that serves them who is there', async () => {
      const tunnel = await startTestEdge()
      const { config, ca } = await places[place]()
      const listener = await listenOver(await tunnel.connectAgent(), { url, ...config, mutual_tls_cas: authority.cert })
      const served = new Promise<VisitorSocket>((resolve) => listener.once('connection', resolve))
      const visitor = await visitTls(listener.url(), { ca, cert: client.cert, key: client.key })
      const socket = await within(served, 'the connection')
      socket.end('served')
      socket.resume()
      expect(await visitor.receiveAll()).toBe('served')
      expect(socket.remoteAddress).toBe('127.0.0.1')
      expect(socket.remotePort).toBe(visitor.socket.localPort)
      expect(socket.header).toMatchObject({
        protocol: 'raw',
        tls: { serverName: HOST, version: 'TLSv1.3', clientSubject: 'CN=Ann, O=Tunnel tests' },
      })
      visitor.finish()
    })
  })

  describe('that end in the agent', () => {
    test('show a changed certificate to the next visitor, and keep who is there', async () => {
      const tunnel = await startTestEdge()
      const files = createLeaf(authority, [HOST])
      const listener = await tunnel.forward(await echoUpstream(), { url, crt: files.certFile, key: files.keyFile })
      const before = await visitTls(listener.url(), { ca: authority.cert })
      const renewedBy = createAuthority('A later authority')
      createLeaf(renewedBy, [HOST], files)

      const after = await visitTls(listener.url(), { ca: renewedBy.cert })
      await after.send('new').receive('new')
      await before.send('old').receive('old')
    })

    test('go on with the certificate that they have while its files cannot be used', async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
      const tunnel = await startTestEdge()
      const files = createLeaf(authority, [HOST])
      const listener = await tunnel.forward(await echoUpstream(), { url, crt: files.certFile, key: files.keyFile })
      // Half of a renewal: the certificate of another key.
      createLeaf(authority, [HOST], {
        certFile: files.certFile,
        keyFile: stranger.keyFile.replace('key.pem', 'next.pem'),
      })
      for (const text of ['one', 'two']) {
        const visitor = await visitTls(listener.url(), { ca: authority.cert })
        await visitor.send(text).receive(text)
      }
      const messages = warned.mock.calls.map(([message]) => String(message))
      warned.mockRestore()
      const expected = `${files.certFile}: the private key is not that of the first certificate; what was read before stays in use`
      expect(messages.filter((message) => message.includes('private key'))).toEqual([expected])
    })

    test('are back after a lost connection', async () => {
      const tunnel = await startTestEdge()
      const relay = await startRelay({ port: tunnel.httpsPort })
      const session = await tunnel.connectAgent({ connect: tunnel.connectionString({ port: relay.port }) })
      const listener = await forwardOver(session, { addr: (await echoUpstream()).port, url, ...ownPair() })
      const back = new Promise((resolve) => session.once('connected', resolve))
      relay.cut()
      await within(back, 'the agent to be back')
      const visitor = await visitTls(listener.url(), { ca: authority.cert })
      await visitor.send('again').receive('again')
    })

    test('end the connection of who speaks no TLS behind a ClientHello', async () => {
      const tunnel = await startTestEdge()
      const upstream = await echoUpstream()
      const listener = await tunnel.forward(upstream, { url, ...ownPair() })
      const socket = connectTcp(tunnel.httpsPort, '127.0.0.1')
      socket.on('error', () => {})
      const hello = await captureClientHello(HOST)
      socket.write(Buffer.concat([hello, Buffer.from('no record of TLS')]))
      await within(new Promise((resolve) => socket.once('close', resolve).resume()), 'the end')
      expect(upstream.connections).toHaveLength(0)
      await listener.close()
    })
  })

  test.each<[string, TlsConfig, string]>([
    [
      'half a pair',
      { terminate_at: 'edge', crt: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN PRIVATE KEY-----' },
      'ERR_TUNNEL_14001',
    ],
    ['no pair for the agent', { terminate_at: 'agent' }, 'ERR_TUNNEL_14001'],
    ['a certificate without its key', { crt: '-----BEGIN CERTIFICATE-----' }, 'ERR_TUNNEL_14001'],
    ['a file that is not there', { crt: '/nowhere/a.crt', key: '/nowhere/a.key' }, 'ERR_TUNNEL_14001'],
    [
      'an authority that is none',
      { terminate_at: 'edge', mutual_tls_cas: '-----BEGIN CERTIFICATE-----' },
      'ERR_TUNNEL_14002',
    ],
    ['an unknown version', { terminate_at: 'edge', tls_min_version: '1.1' as '1.2' }, 'ERR_TUNNEL_219'],
    ['authorities, but nobody to ask', { mutual_tls_cas: '-----BEGIN CERTIFICATE-----' }, 'ERR_TUNNEL_9021'],
  ])('are refused with %s', async (_name, config, code) => {
    const tunnel = await startTestEdge()
    await expect(tunnel.forward({ port: 1 }, { url, ...config })).rejects.toMatchObject({ code })
    expect(tunnel.edge.endpointCount).toBe(0)
  })

  test('are refused by the edge with the key of another certificate, and with a client authority that is none', async () => {
    const tunnel = await startTestEdge()
    const wrongKey = { url, terminate_at: 'edge' as const, crt: server.cert, key: client.key }
    await expect(tunnel.forward({ port: 1 }, wrongKey)).rejects.toMatchObject({ code: 'ERR_TUNNEL_14001' })
    const noAuthority = { url, terminate_at: 'edge' as const, mutual_tls_cas: client.cert }
    await expect(tunnel.forward({ port: 1 }, noAuthority)).rejects.toMatchObject({ code: 'ERR_TUNNEL_14002' })
  })
})
