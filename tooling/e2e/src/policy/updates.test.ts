// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, test } from 'vitest'
import { keepAliveAgent, request } from '../harness/http-request.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'
import { police } from './policed.ts'

const says = (text: string): string =>
  JSON.stringify({
    on_http_response: [{ actions: [{ type: 'add-headers', config: { headers: { 'x-policy': text } } }] }],
  })

describe('an update of the policy of a live endpoint', () => {
  test('takes effect with the next request, and no request fails meanwhile', async () => {
    const { listener, url } = await police(says('0'))
    let isOver = false
    const versions: number[][] = [[], [], [], []]
    const clients = versions.map(async (seen) => {
      const agent = await keepAliveAgent('https')
      while (!isOver) {
        const { status, headers } = await request(url, { agent })
        expect(status).toBe(200)
        seen.push(Number(headers['x-policy']))
      }
    })
    for (let version = 1; version <= 20; version++) {
      await listener.update({ trafficPolicy: says(String(version)) })
      expect((await request(url)).headers['x-policy']).toBe(String(version))
    }
    isOver = true
    await Promise.all(clients)
    for (const seen of versions) {
      expect(seen.length).toBeGreaterThan(0)
      expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    }
  })

  test('a request under way ends with the policy that it began with', async () => {
    let answer = (): void => {}
    let onArrived = (): void => {}
    const arrived = new Promise<void>((resolve) => {
      onArrived = resolve
    })
    const { listener, url } = await police(says('old'), {
      handle: (_incoming, response) => {
        answer = () => response.end()
        onArrived()
      },
    })
    const running = request(url)
    await arrived
    await listener.update({ trafficPolicy: says('new') })
    answer()
    expect((await running).headers['x-policy']).toBe('old')
  })

  test('that is wrong is refused, and changes nothing', async () => {
    const { listener, url } = await police(says('old'))
    const wrong = listener.update({ trafficPolicy: 'on_http_request: [{actions: [{type: nonsense}]}]' })
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_TUNNEL_2201' })
    expect((await request(url)).headers['x-policy']).toBe('old')
  })

  test('that names a secret that the edge has not is refused', async () => {
    const secret = (vault: string, name: string) => (`${vault}/${name}` === 'v/n' ? 's3cret' : undefined)
    const { listener } = await police(says('old'), { policies: { secret } })
    await listener.update({ trafficPolicy: says("${secrets.get('v', 'n')}") })
    const wrong = listener.update({ trafficPolicy: says("${secrets.get('v', 'other')}") })
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_TUNNEL_2232' })
  })

  test('to nothing takes the policy away', async () => {
    const { listener, url } = await police(says('old'))
    await listener.update({ trafficPolicy: '' })
    expect((await request(url)).headers).not.toHaveProperty('x-policy')
  })

  test('counters of an action that did not change go on', async () => {
    const limited = (more: string): string => `
on_http_request:
  - actions: [{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.client_ip]}}]
${more}`
    const { listener, url } = await police(limited(''))
    expect((await request(url)).status).toBe(200)
    await listener.update({
      trafficPolicy: limited('on_http_response: [{actions: [{type: log, config: {metadata: {a: b}}}]}]'),
    })
    expect((await request(url)).status).toBe(429)
  })
})

describe('a document with faults', () => {
  test('is refused at bind with all of them, each with its place', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end())
    const document = `on_http_request:
  - expressions: ["req.nothing == 1"]
    actions:
      - type: denyy
      - type: add-headers
        config: {headers: {"bad name": x}}
`
    const binding = tunnel.forward(upstream, { traffic_policy: document })
    await expect(binding).rejects.toMatchObject({
      code: 'ERR_TUNNEL_2200',
      message: expect.stringMatching(/2:\d+ .*ERR_TUNNEL_2200.*4:\d+ .*ERR_TUNNEL_2201.*6:\d+ .*ERR_TUNNEL_2210/s),
    })
    expect(tunnel.edge.endpointCount).toBe(0)
  })

  test.each([
    ['not YAML', 'on_http_request: [', 'ERR_TUNNEL_2236'],
    ['requests of a tcp endpoint', 'on_http_request: [{actions: [{type: deny}]}]', 'ERR_TUNNEL_2230'],
    [
      'what is not carried out yet',
      'on_http_request: [{actions: [{type: oauth, config: {provider: google}}]}]',
      'ERR_TUNNEL_2201',
    ],
  ])('%s', async (what, document, code) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end())
    const proto = what.includes('tcp') ? 'tcp' : 'http'
    await expect(tunnel.forward(upstream, { proto, traffic_policy: document })).rejects.toMatchObject({ code })
  })
})

test('endpoints of a pool keep to their own policies', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end())
  const url = 'https://pool.tunnel.test'
  const one = await tunnel.forward(upstream, { url, pooling_enabled: true, traffic_policy: says('one') })
  await tunnel.forward(upstream, { url, pooling_enabled: true, traffic_policy: says('two') })
  const seen = new Set<unknown>()
  for (let i = 0; i < 4; i++) seen.add((await request(one.url() as string)).headers['x-policy'])
  expect([...seen].sort()).toEqual(['one', 'two'])
})
