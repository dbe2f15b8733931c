import '../harness/dangling.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Session, type SessionOptions } from '@tunnel/agent-core'
import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'
import { hasMicrosocks, hasTinyproxy, startMicrosocks, startTinyproxy } from './real-proxies.ts'

const hello = () => startUpstream((_incoming, response) => response.end('hello'))

const proxies = [
  ['tinyproxy', hasTinyproxy, startTinyproxy, 'http'],
  ['microsocks', hasMicrosocks, startMicrosocks, 'socks5'],
  ['microsocks', hasMicrosocks, startMicrosocks, 'socks5h'],
] as const

// Skipped where the proxy is not installed.
describe.each(proxies)('%s', (_name, isThere, startProxy, scheme) => {
  const transports = ['tls', 'websocket'] as const

  test.skipIf(!isThere).each(transports)(`carries a session over %s by ${scheme}://`, async (transport) => {
    const [tunnel, upstream, proxy] = [await startTestEdge(), await hello(), await startProxy('user', 's3cret')]
    const proxyUrl = `${scheme}://user:s3cret@127.0.0.1:${proxy.port}`
    const session = await tunnel.connectAgent({ proxyUrl, transports: [transport] })
    const listener = await session.httpEndpoint().url(tunnel.url('app')).listenAndForward(upstream.port)
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'hello' })
    expect(session.transport).toBe(transport)
    expect(proxy.printed()).toContain(String(tunnel.httpsPort))
  })

  test.skipIf(!isThere)(`refuses a wrong password, which is then in no error (${scheme}://)`, async () => {
    const [tunnel, proxy] = [await startTestEdge(), await startProxy('user', 's3cret')]
    const options: SessionOptions = {
      connect: tunnel.connectionString(),
      proxyUrl: `${scheme}://user:hunter2@127.0.0.1:${proxy.port}`,
      env: {},
    }
    const error: Error = await Session.connect(options).then(
      () => new Error('connected'),
      (cause: Error) => cause,
    )
    expect(error).toMatchObject({ code: 'ERR_TUNNEL_8006' })
    expect(`${error.message} ${error.stack} ${JSON.stringify(error.cause)}`).not.toContain('hunter2')
  })

  test.skipIf(!isThere)(`is what the program goes through by the setting proxy_url (${scheme}://)`, async () => {
    const [edge, upstream, proxy] = [await startEdgeProgram(), await hello(), await startProxy('user', 's3cret')]
    const file = join(temporaryDirectory(), 'tunnel.yml')
    writeFileSync(file, `version: 3\nagent: { proxy_url: "${scheme}://user:s3cret@127.0.0.1:${proxy.port}" }\n`)
    const args = ['http', String(upstream.port), '--config', file, '--log=stderr', '--log-level=debug']
    const agent = await startAgentProgram(edge.connectionString, args)
    expect(await request(agent.urls[0] as string, { ca: edge.ca })).toMatchObject({ status: 200, text: 'hello' })
    expect(await stop(agent.child)).toBe(0)
    expect(agent.printed()).not.toContain('s3cret')
    expect(proxy.printed()).toContain(String(edge.httpsPort))
  })
})
