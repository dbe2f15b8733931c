import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { AGENT_ALPN } from '@tunnel/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority, createLeaf, hasOpenssl, type Identity } from '../../test/certificates.ts'
import { freePort, listening, startTcpServer, startTlsServer } from '../../test/tls-server.ts'
import type { NetworkOptions } from '../network/network-options.ts'
import { dialEdge, type EdgeTransport } from './dial-edge.ts'
import type { EdgeTrust } from './trust.ts'

const never = new AbortController().signal

async function dial(
  port: number,
  options: {
    transport?: EdgeTransport
    trust?: EdgeTrust
    host?: string
    timeoutMs?: number
    signal?: AbortSignal
    network?: NetworkOptions
  } = {},
): Promise<Duplex> {
  const {
    transport = 'tls',
    trust = 'host',
    host = '127.0.0.1',
    timeoutMs = 10_000,
    signal = never,
    network = {},
  } = options
  const route = { address: { host, port }, trust, network, env: {} }
  const socket = await dialEdge(transport, route, timeoutMs, signal)
  onTestFinished(() => void socket.destroy())
  return socket
}

test('says that nothing listens there', async () => {
  const port = await freePort()
  await expect(dial(port)).rejects.toMatchObject({
    code: 'ERR_TUNNEL_8002',
    message: `no connection to the edge at 127.0.0.1:${port}: ECONNREFUSED`,
    retryable: true,
  })
})

test('says that the name does not exist', async () => {
  // No resolver asks another for a label of more than 63 characters.
  const host = `${'x'.repeat(64)}.invalid`
  await expect(dial(443, { host })).rejects.toMatchObject({
    code: 'ERR_TUNNEL_8000',
    message: expect.stringContaining(host),
    retryable: true,
  })
})

test('says that what answers there does not speak TLS', async () => {
  const port = await listening(createHttpServer())
  await expect(dial(port)).rejects.toMatchObject({ code: 'ERR_TUNNEL_8003', retryable: true })
})

test('says that the connection was closed during the handshake', async () => {
  const port = await startTcpServer((socket) => socket.end())
  await expect(dial(port)).rejects.toMatchObject({ code: 'ERR_TUNNEL_8002', retryable: true })
})

test('gives up on a server that never answers', async () => {
  const port = await startTcpServer(() => {})
  await expect(dial(port, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'ERR_TUNNEL_8002',
    message: `no session with 127.0.0.1:${port} within 50 ms`,
    retryable: true,
  })
})

test('rejects with the reason of whoever aborts it', async () => {
  const controller = new AbortController()
  const reason = new Error('the user left')
  const port = await startTcpServer(() => controller.abort(reason))
  await expect(dial(port, { signal: controller.signal })).rejects.toBe(reason)
})

describe.skipIf(!hasOpenssl)('with TLS (needs openssl)', () => {
  const authority = hasOpenssl ? createAuthority() : (undefined as unknown as Identity)
  const leaf = hasOpenssl ? createLeaf(authority) : (undefined as unknown as Identity)
  const pinned: EdgeTrust = { caFingerprint: authority?.fingerprint }
  const chain = [leaf, authority]

  test('reaches an edge by its ALPN name', async () => {
    const port = await startTlsServer(chain, { ALPNProtocols: [AGENT_ALPN] })
    expect(await dial(port, { trust: pinned })).toMatchObject({ alpnProtocol: AGENT_ALPN })
    expect(await dial(port, { trust: { caPem: authority.cert } })).toMatchObject({ alpnProtocol: AGENT_ALPN })
  })

  test.each([
    ['a server that knows only other ALPN names', { ALPNProtocols: ['h2', 'http/1.1'] }],
    ['a server without ALPN', {}],
  ])('says that %s is no edge', async (_what, options) => {
    const port = await startTlsServer(chain, options)
    await expect(dial(port, { trust: pinned })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8004',
      message: `127.0.0.1:${port} does not speak the agent protocol: is it an edge?`,
    })
  })

  test('takes nothing older than TLS 1.3', async () => {
    const port = await startTlsServer(chain, { ALPNProtocols: [AGENT_ALPN], maxVersion: 'TLSv1.2' })
    await expect(dial(port, { trust: pinned })).rejects.toMatchObject({ code: 'ERR_TUNNEL_8003' })
  })

  test('does not come back to an edge that it cannot trust', async () => {
    const port = await startTlsServer(chain, { ALPNProtocols: [AGENT_ALPN] })
    const untrusted = { code: 'ERR_TUNNEL_8003', retryable: false }
    await expect(dial(port, { trust: 'host' })).rejects.toMatchObject(untrusted)
    await expect(dial(port, { trust: { caFingerprint: '0'.repeat(64) } })).rejects.toMatchObject(untrusted)
  })

  test('compares the name where it trusts more than one CA', async () => {
    const port = await startTlsServer(chain, { ALPNProtocols: [AGENT_ALPN] })
    const trust: EdgeTrust = { caPem: authority.cert }
    await dial(port, { trust, host: 'localhost' })
    // Another way to write 127.0.0.1, which the certificate does not name.
    await expect(dial(port, { trust, host: '127.1' })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8003',
      message: expect.stringContaining("does not match certificate's altnames"),
      retryable: false,
    })
  })

  test.each([
    ['answers 404', (socket: Duplex) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')],
    ['hangs up', (socket: Duplex) => socket.destroy()],
  ])('says that a web server that %s is no edge', async (_what, onUpgrade) => {
    const server = createHttpsServer({ cert: leaf.cert + authority.cert, key: leaf.key })
    server.on('upgrade', (_request, socket) => onUpgrade(socket))
    const port = await listening(server)
    await expect(dial(port, { transport: 'websocket', trust: pinned })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_8004',
      retryable: true,
    })
  })

  test('gives up on a web server that never answers', async () => {
    const server = createHttpsServer({ cert: leaf.cert + authority.cert, key: leaf.key })
    server.on('upgrade', () => {})
    const port = await listening(server)
    const options = { transport: 'websocket', trust: pinned, timeoutMs: 200 } as const
    await expect(dial(port, options)).rejects.toMatchObject({ code: 'ERR_TUNNEL_8002' })
  })
})
