import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { forwardOver } from '@tunnel/agent-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DOMAIN } from './harness/identity.ts'
import { hasOpenSsh, runOverSsh, startSshServer } from './harness/openssh.ts'
import { openTcp, type RawConnection } from './harness/raw-connection.ts'
import { startTestEdge, TCP_PORTS } from './harness/test-edge.ts'
import { until, untilStill, within } from './harness/until.ts'
import { startRawUpstream, unusedPort } from './harness/upstream.ts'

const portOf = (url: string): number => Number(new URL(url).port)

const echo = ({ socket }: RawConnection): void => void socket.pipe(socket)

/** A port of the edge's range that is free as far as anybody knows. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = TCP_PORTS.first + Math.floor(Math.random() * (TCP_PORTS.last - TCP_PORTS.first))
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

test('gets a random port of the range, and carries bytes both ways', async () => {
  const tunnel = await startTestEdge()
  const listener = await tunnel.forward(await startRawUpstream(echo), { proto: 'tcp' })
  expect(listener.url()).toMatch(new RegExp(`^tcp://${DOMAIN}:\\d+$`))
  expect(portOf(listener.url())).toBeGreaterThanOrEqual(TCP_PORTS.first)
  expect(portOf(listener.url())).toBeLessThanOrEqual(TCP_PORTS.last)

  const visitor = await openTcp(portOf(listener.url()))
  visitor.send('hello')
  await visitor.receive('hello')
  visitor.finish()
  expect(await visitor.ended).toBe('end')
})

test('gets the port it asks for', async () => {
  const tunnel = await startTestEdge()
  const port = await freePort()
  const listener = await tunnel.forward(await startRawUpstream(echo), { url: `tcp://${DOMAIN}:${port}` })
  expect(listener.url()).toBe(`tcp://${DOMAIN}:${port}`)

  const visitor = await openTcp(port)
  visitor.finish('through')
  expect(await visitor.receiveAll()).toBe('through')
})

test('speaks first when its upstream does', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startRawUpstream((connection) => connection.finish('220 welcome\r\n'))
  const visitor = await openTcp(portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url()))
  expect(await visitor.receiveAll()).toBe('220 welcome\r\n')
  visitor.finish()
})

test('one visitor connection is one upstream connection', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startRawUpstream(echo)
  const port = portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url())
  const visitors = await Promise.all(Array.from({ length: 20 }, () => openTcp(port)))
  await Promise.all(visitors.map((visitor, index) => visitor.send(`visitor ${index};`).receive(`visitor ${index};`)))
  expect(upstream.connections).toHaveLength(20)
  for (const visitor of visitors) visitor.finish()
  await Promise.all(visitors.map((visitor) => visitor.ended))
})

describe('half a connection', () => {
  test('ended by the visitor is ended at the upstream, which can still answer', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.ended.then((ending) => connection.finish(`${ending} after ${connection.text}`))
    })
    const visitor = await openTcp(portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url()))
    visitor.finish('the question')
    expect(await visitor.receiveAll()).toBe('end after the question')
  })

  test('ended by the upstream is ended at the visitor, which can still send', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => connection.finish('no more from here'))
    const visitor = await openTcp(portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url()))
    expect(await visitor.receiveAll()).toBe('no more from here')
    visitor.finish('but more from there')
    expect(await upstream.connections[0]?.receiveAll()).toBe('but more from there')
  })

  // Sizes around what the buffers on the way hold: with some of them only the end is missing when both have ended.
  test('that is read only after both have ended arrives whole', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      connection.finish()
      connection.socket.pause()
    })
    const port = portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url())
    const block = randomBytes(8 * 1024 * 1024)
    const sizes = Array.from({ length: 32 }, (_, index) => (index + 1) * 256 * 1024)
    const visitors = await Promise.all(
      sizes.map(async (size) => {
        const visitor = await openTcp(port)
        await visitor.ended
        visitor.socket.end(block.subarray(0, size))
        return visitor
      }),
    )
    await untilStill(() => visitors.reduce((sum, { socket }) => sum + socket.writableLength, 0))

    const received = upstream.connections.map(({ socket }) => buffer(socket))
    for (const { socket } of upstream.connections) socket.resume()
    const whole = (await within(Promise.all(received), 'the uploads', 20_000)).map((bytes) => bytes.length)
    expect(whole.sort((a, b) => a - b)).toEqual(sizes)
  })
})

describe('a broken connection', () => {
  test('of a visitor is broken at the upstream', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(() => {})
    const visitor = await openTcp(portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url()))
    visitor.send('half a sentence')
    await until(() => upstream.connections[0]?.text === 'half a sentence', 'the bytes at the upstream')
    visitor.reset()
    expect(await within(upstream.connections[0]!.ended, 'the upstream to hear')).toBe('reset')
  })

  test('of an upstream is broken at the visitor, never a clean end', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('go').then(() => connection.reset())
    })
    const visitor = await openTcp(portOf((await tunnel.forward(upstream, { proto: 'tcp' })).url()))
    visitor.send('go')
    expect(await within(visitor.ended, 'the visitor to hear')).toBe('reset')
  })

  test('of an agent is broken at the visitor', async () => {
    const tunnel = await startTestEdge()
    const session = await tunnel.connectAgent()
    const upstream = await startRawUpstream(echo)
    const listener = await forwardOver(session, { addr: upstream.port, proto: 'tcp' })
    const visitor = await openTcp(portOf(listener.url()))
    await visitor.send('hello').receive('hello')
    await session.close()
    expect(await within(visitor.ended, 'the visitor to hear')).toBe('reset')
  })

  test('to an upstream that is not there is closed', async () => {
    const tunnel = await startTestEdge()
    const listener = await tunnel.forward({ port: await unusedPort() }, { proto: 'tcp' })
    const visitor = await openTcp(portOf(listener.url()))
    await within(visitor.ended, 'the visitor to hear')
    expect(visitor.text).toBe('')
  })
})

describe('a port', () => {
  test('is closed with its endpoint, and free again', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(echo)
    const listener = await tunnel.forward(upstream, { proto: 'tcp' })
    await listener.close()
    await expect(openTcp(portOf(listener.url()))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const again = await tunnel.forward(upstream, { url: listener.url() })
    expect(again.url()).toBe(listener.url())
  })

  test('that another endpoint has is refused with 334', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream(echo)
    const { url } = { url: (await tunnel.forward(upstream, { proto: 'tcp' })).url() }
    await expect(tunnel.forward(upstream, { url })).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
  })

  test('that another program has is refused with 334, and the endpoint is not left behind', async () => {
    const tunnel = await startTestEdge()
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    await expect(
      tunnel.forward(await startRawUpstream(echo), { url: `tcp://${DOMAIN}:${port}` }),
    ).rejects.toMatchObject({ code: 'ERR_TUNNEL_334' })
    expect(tunnel.edge.endpointCount).toBe(0)
  })

  test.each([
    [`tcp://${DOMAIN}:${TCP_PORTS.last + 1}`, 'ERR_TUNNEL_4502'],
    [`tcp://${DOMAIN}:22`, 'ERR_TUNNEL_4502'],
    ['tcp://elsewhere.example:20000', 'ERR_TUNNEL_4504'],
    [`tcp://${DOMAIN}`, 'ERR_TUNNEL_4500'],
  ])('of %s is refused with %s', async (url, code) => {
    const tunnel = await startTestEdge()
    await expect(tunnel.forward(await startRawUpstream(echo), { url })).rejects.toMatchObject({ code })
  })

  test('is refused by an edge that serves no tcp', async () => {
    const tunnel = await startTestEdge({ tcp: undefined as never })
    await expect(tunnel.forward(await startRawUpstream(echo), { proto: 'tcp' })).rejects.toMatchObject({
      code: 'ERR_TUNNEL_9036',
    })
  })
})

describe.skipIf(!hasOpenSsh)('OpenSSH (skipped where it is not installed)', () => {
  test('runs a command', async () => {
    const tunnel = await startTestEdge()
    const server = await startSshServer()
    const port = portOf((await tunnel.forward(server, { proto: 'tcp' })).url())
    expect((await runOverSsh(server, port, 'echo "$((6 * 7))"')).toString()).toBe('42\n')
  })

  test('copies a megabyte there and back', async () => {
    const tunnel = await startTestEdge()
    const server = await startSshServer()
    const port = portOf((await tunnel.forward(server, { proto: 'tcp' })).url())
    const file = randomBytes(1024 * 1024)
    const digest = createHash('sha256').update(file).digest('hex')
    expect((await runOverSsh(server, port, 'sha256sum', file)).toString()).toBe(`${digest}  -\n`)
    expect(file.equals(await runOverSsh(server, port, 'cat', file))).toBe(true)
  })
})
