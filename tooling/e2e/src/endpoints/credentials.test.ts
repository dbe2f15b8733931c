import '../harness/dangling.ts'
import { forwardOver, type Session } from '@tunnel/agent-core'
import type { CredentialLimits } from '@tunnel/edge'
import { describe, expect, test } from 'vitest'
import { keepAliveAgent, request } from '../harness/http-request.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { startTestEdge, type TestEdge } from '../harness/test-edge.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'

async function credentialWith(grants: { acl?: string[]; limits?: CredentialLimits }) {
  const { controlPlane } = await identity()
  const { credential, authtoken } = await controlPlane.credentials.createCredential('of a test', grants)
  return { id: credential.id, authtoken }
}

async function agentWith(tunnel: TestEdge, grants: { acl?: string[]; limits?: CredentialLimits }): Promise<Session> {
  const { authtoken } = await credentialWith(grants)
  return tunnel.connectAgent({ connect: tunnel.connectionString({ authtoken }) })
}

const refusal = (code: number) => ({ code: `ERR_TUNNEL_${code}` })
const answerOf = (code: number, status = 429) => ({ status, headers: { 'tunnel-error-code': `ERR_TUNNEL_${code}` } })

describe('an authtoken with rules', () => {
  test('binds what a rule allows and nothing else', async () => {
    const tunnel = await startTestEdge()
    const session = await agentWith(tunnel, { acl: [`bind:app.${DOMAIN}`, `bind:*.team.${DOMAIN}`, 'bind:app=web'] })
    for (const url of [`https://app.${DOMAIN}`, `http://a.b.team.${DOMAIN}`, `https://*.team.${DOMAIN}`]) {
      await forwardOver(session, { addr: 80, url })
    }
    await forwardOver(session, { addr: 80, labels: ['app=web'] })
    const refused = [
      [{ url: `https://other.${DOMAIN}` }, 316],
      [{ url: `https://team.${DOMAIN}` }, 316],
      [{ url: 'https://' }, 316],
      [{ url: 'tcp://' }, 356],
      [{ url: `tcp://${DOMAIN}:20000` }, 308],
      [{ labels: ['app=db'] }, 399],
    ] as const
    for (const [config, code] of refused) {
      await expect(forwardOver(session, { addr: 80, ...config } as never)).rejects.toMatchObject(refusal(code))
    }
    expect(tunnel.edge.endpointCount).toBe(4)
  })
})

describe('an authtoken with limits', () => {
  test('has no more sessions and endpoints', async () => {
    const tunnel = await startTestEdge()
    const { authtoken } = await credentialWith({ limits: { maxSessions: 1, maxEndpoints: 1 } })
    const connect = tunnel.connectionString({ authtoken })
    const session = await tunnel.connectAgent({ connect })
    await forwardOver(session, { addr: 80, url: 'https://' })
    await expect(forwardOver(session, { addr: 80, url: 'https://' })).rejects.toMatchObject(refusal(18021))
    await expect(tunnel.connectAgent({ connect })).rejects.toMatchObject(refusal(108))
  })

  test('has no more requests a minute, over all its endpoints', async () => {
    const tunnel = await startTestEdge()
    const session = await agentWith(tunnel, { limits: { maxRequestsPerMinute: 2 } })
    const { port } = await startUpstream((_request, response) => response.end('served'))
    const urls = []
    for (const url of ['https://', 'http://']) urls.push((await forwardOver(session, { addr: port, url })).url())
    const [one, two] = urls as [string, string]
    expect([await request(one), await request(two)]).toMatchObject([{ status: 200 }, { status: 200 }])
    const refused = await request(one, { method: 'POST', body: 'unread' })
    expect(refused).toMatchObject(answerOf(734))
    expect(refused.headers['retry-after']).toBe('60')
    expect(refused.text).toContain('more than 2 requests within a minute')
    // Others are not concerned.
    const other = await tunnel.forward({ port }, { url: `http://other.${DOMAIN}` })
    expect(await request(other.url())).toMatchObject({ status: 200 })
  })

  test('has no more connections a minute, with any number of requests on each', async () => {
    const tunnel = await startTestEdge()
    const session = await agentWith(tunnel, { limits: { maxConnectionsPerMinute: 1 } })
    const { port } = await startUpstream((_request, response) => response.end('served'))
    const url = (await forwardOver(session, { addr: port, url: 'http://' })).url()
    const agent = await keepAliveAgent('http')
    expect([await request(url, { agent }), await request(url, { agent })]).toMatchObject([
      { status: 200 },
      { status: 200 },
    ])
    expect(await request(url)).toMatchObject(answerOf(715))
    expect(await request(url, { agent })).toMatchObject({ status: 200 })
  })

  test('has connections of a tcp endpoint closed beyond them', async () => {
    const tunnel = await startTestEdge()
    const session = await agentWith(tunnel, { limits: { maxConnectionsPerMinute: 1 } })
    const { port } = await startRawUpstream((connection) => connection.send('hello'))
    const url = (await forwardOver(session, { addr: port, url: 'tcp://' })).url()
    const first = await openTcp(Number(new URL(url).port))
    await first.receive('hello')
    const second = await openTcp(Number(new URL(url).port))
    expect(await second.receiveAll()).toBe('')
  })

  test('has no more bytes a minute: what runs is finished, what comes waits', async () => {
    const tunnel = await startTestEdge()
    const session = await agentWith(tunnel, { limits: { maxBytesPerMinute: 1000 } })
    const { port } = await startUpstream((_request, response) => response.end('x'.repeat(100_000)))
    const url = (await forwardOver(session, { addr: port, url: 'http://' })).url()
    expect((await request(url)).text).toHaveLength(100_000)
    expect(await request(url)).toMatchObject(answerOf(719))
  })
})

describe('a reserved address', () => {
  test('is for its authtoken alone, with all that it covers', async () => {
    const owner = await credentialWith({})
    const reservations = ['*.acme.tunnel.test', 'tunnel.test:29123'].map((address) => ({
      address,
      credentialId: owner.id,
    }))
    const tunnel = await startTestEdge({ reservations })
    const mine = await tunnel.connectAgent({ connect: tunnel.connectionString({ authtoken: owner.authtoken }) })
    const theirs = await tunnel.connectAgent()
    const { port } = await startUpstream((_request, response) => response.end('acme'))
    for (const [url, code] of [
      ['https://app.acme.tunnel.test', 320],
      ['https://*.acme.tunnel.test', 320],
      ['https://*.tunnel.test', 320],
      ['tcp://tunnel.test:29123', 309],
    ] as const) {
      await expect(forwardOver(theirs, { addr: port, url })).rejects.toMatchObject(refusal(code))
    }
    const listener = await forwardOver(mine, { addr: port, url: 'http://any.name.acme.tunnel.test' })
    await forwardOver(mine, { addr: port, url: 'https://*.acme.tunnel.test' })
    await forwardOver(mine, { addr: port, url: 'tcp://tunnel.test:29123' })
    expect(await request(listener.url())).toMatchObject({ text: 'acme' })
    // What is not reserved is anybody's.
    await forwardOver(theirs, { addr: port, url: 'https://app.tunnel.test' })
  })
})
