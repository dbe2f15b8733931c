import { type AddressInfo, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { keepAliveAgent, request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { identity } from '../harness/identity.ts'
import { openTcp, type RawConnection, visit } from '../harness/raw-connection.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { within } from '../harness/until.ts'
import { type RawUpstream, startRawUpstream } from '../harness/upstream.ts'

const portOf = (url: string): number => Number(new URL(url).port)

/** Answers each request head with the line that the connection began with. */
const tellHeader = (connection: RawConnection): void => {
  let answered = 0
  connection.socket.on('data', () => {
    const header = connection.text.split('\r\n')[0] ?? ''
    const heads = connection.text.split('\r\n\r\n').length - 1
    for (; answered < heads; answered++) {
      connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${header.length}\r\n\r\n${header}`)
    }
  })
}

describe('a tcp endpoint with proxy_proto', () => {
  test('1 tells its upstream the visitor and the port that was dialled', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(({ socket }) => void socket.pipe(socket))
    const listener = await tunnel.forward(upstream, { proto: 'tcp', proxy_proto: '1' })
    const visitor = await openTcp(portOf(listener.url()))
    const { localPort, remotePort } = visitor.socket
    visitor.finish('hello')
    expect(await visitor.receiveAll()).toBe(`PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${remotePort}\r\nhello`)
  })

  test('2 does so in bytes, and before an upstream speaks', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(
      (connection) => void connection.receive(/\0\r\nQUIT\n/).then(() => connection.send('220 hi')),
    )
    const listener = await tunnel.forward(upstream, { proto: 'tcp', proxy_proto: 2 })
    const visitor = await openTcp(portOf(listener.url()))
    await visitor.receive('220 hi')
    const { localPort = 0, remotePort = 0 } = visitor.socket
    const header = Buffer.from('0d0a0d0a000d0a515549540a2111000c7f0000017f00000100000000', 'hex')
    header.writeUInt16BE(localPort, 24)
    header.writeUInt16BE(remotePort, 26)
    expect(upstream.connections[0]?.bytes.toString('hex')).toBe(header.toString('hex'))
    visitor.finish()
  })
})

describe('an http endpoint with proxy_proto', () => {
  test('keeps each visitor connection to an upstream connection of its own', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(tellHeader)
    const url = (await tunnel.forward(upstream, { url: tunnel.url('app', 'http'), proxy_proto: 1 })).url()
    const visitors = await Promise.all([keepAliveAgent('http'), keepAliveAgent('http')])
    const told: string[][] = [[], []]
    for (let round = 0; round < 3; round++) {
      for (const [index, agent] of visitors.entries()) told[index]?.push((await request(url, { agent })).text)
    }
    const headers = told.map((texts) => [...new Set(texts)])
    expect(headers).toEqual([[expect.stringMatching(/^PROXY TCP4 /)], [expect.stringMatching(/^PROXY TCP4 /)]])
    expect(headers[0]).not.toEqual(headers[1])
    expect(upstream.connections).toHaveLength(2)
  })

  test('names the visitor of an HTTP/2 connection over TLS', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(tellHeader)
    const url = (await tunnel.forward(upstream, { url: tunnel.url('app'), proxy_proto: 1 })).url()
    const session = await openHttp2(url)
    const first = await http2Request(session, { ':path': '/' })
    const second = await http2Request(session, { ':path': '/' })
    const { localPort, remotePort } = session.socket
    const header = `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${remotePort}`
    expect([first.text, second.text]).toEqual([header, header])
    expect(upstream.connections).toHaveLength(1)
  })
})

test('without proxy_proto visitors share upstream connections, which begin with the request', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startRawUpstream(tellHeader)
  const url = (await tunnel.forward(upstream, { url: tunnel.url('app', 'http') })).url()
  for (let visits = 0; visits < 3; visits++) {
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toContain('GET / HTTP/1.1')
  }
  expect(upstream.connections).toHaveLength(1)
})

/** A service that takes a PROXY protocol line, then TLS. */
async function startAnnouncedTlsUpstream(): Promise<RawUpstream & { decrypted: Promise<string> }> {
  const { controlPlane } = await identity()
  const server = createTlsServer(controlPlane.certificates.fallback)
  const decrypted = new Promise<string>((resolve) => {
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {})
      onTestFinished(() => void socket.destroy())
      socket.on('data', (chunk: Buffer) => {
        resolve(chunk.toString())
        socket.end('over TLS')
      })
    })
  })
  const lines: string[] = []
  const front = createServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer
      const end = bytes.indexOf('\r\n') + 2
      lines.push(bytes.toString('latin1', 0, end))
      if (bytes.length > end) socket.unshift(bytes.subarray(end))
      server.emit('connection', socket)
    })
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void front.close())
  return {
    port: (front.address() as AddressInfo).port,
    connections: [],
    openConnections: 0,
    decrypted: decrypted.then((text) => `${lines[0]}${text}`),
  }
}

describe('towards an upstream that speaks TLS', () => {
  test('the header comes before it, in the clear', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startAnnouncedTlsUpstream()
    const config = {
      addr: `tls://localhost:${upstream.port}`,
      proto: 'tcp',
      proxy_proto: 1,
      verify_upstream_tls: false,
    } as const
    const visitor = await openTcp(portOf((await tunnel.forward(upstream, config)).url()))
    const { localPort, remotePort } = visitor.socket
    visitor.finish('hello')
    expect(await within(upstream.decrypted, 'the upstream to be told')).toBe(
      `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${remotePort}\r\nhello`,
    )
    expect(await visitor.receiveAll()).toBe('over TLS')
  })

  test('its certificate is verified as ever', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startAnnouncedTlsUpstream()
    const config = {
      addr: `https://localhost:${upstream.port}`,
      url: tunnel.url('app', 'http'),
      proxy_proto: 1,
    } as const
    const url = (await tunnel.forward(upstream, config)).url()
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toContain('is not trusted here')
  })

  test('that is not there is a 502 with the reason', async () => {
    const tunnel = await startTestEdge()
    const config = { addr: 'https://127.0.0.1:1', url: tunnel.url('app', 'http'), proxy_proto: 1 } as const
    const url = (await tunnel.forward({ port: 1 }, config)).url()
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toMatch(/502 [\s\S]*connection refused \(127\.0\.0\.1:1\)/)
  })
})
