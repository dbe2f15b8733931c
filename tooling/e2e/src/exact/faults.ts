// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { forwardOver } from '@tunnel/agent-core'
import type { CredentialLimits } from '@tunnel/edge'
import { type RequestSettings, request, startRequest } from '../harness/http-request.ts'
import { DOMAIN, identity } from '../harness/identity.ts'
import { helloOf, RawAgent } from '../harness/raw-agent.ts'
import { startTestEdge, type TestEdgeOptions } from '../harness/test-edge.ts'
import { until } from '../harness/until.ts'
import { startCannedUpstream, startUpstream, unusedPort } from '../harness/upstream.ts'
import { police } from '../policy/policed.ts'

/** Something that goes wrong for a visitor, however often it is asked. */
export interface Fault {
  /** Of `ERR_TUNNEL_…`. */
  code: number
  status: number
  name: string
  /** Resolves to the URL where it goes wrong. */
  raise: () => Promise<string>
  settings?: RequestSettings
}

export const onRequest = (...actions: object[]): string => JSON.stringify({ on_http_request: [{ actions }] })
export const policed = (type: string, config: object) => async (): Promise<string> =>
  (await police(onRequest({ type, config }))).url

/** `http-request` to an internal endpoint, where failing ends the request. */
export const requesting =
  (handle: Parameters<typeof startUpstream>[0], config: object = {}, options: TestEdgeOptions = {}) =>
  async (): Promise<string> => {
    const { tunnel, url } = await police(
      onRequest({ type: 'http-request', config: { url: 'https://asked.internal/', on_error: 'halt', ...config } }),
      options,
    )
    await tunnel.forward(await startUpstream(handle), { url: 'https://asked.internal' })
    return url
  }

const limited = (limits: CredentialLimits) => async (): Promise<string> => {
  const tunnel = await startTestEdge()
  const { controlPlane } = await identity()
  const { authtoken } = await controlPlane.credentials.createCredential('of a fault', { limits })
  const session = await tunnel.connectAgent({ connect: tunnel.connectionString({ authtoken }) })
  const upstream = await startUpstream((_incoming, response) => response.end('some bytes'))
  const url = (await forwardOver(session, { addr: upstream.port, url: 'https://' })).url() as string
  await request(url)
  return url
}

export const jwt = {
  issuer: { allow_list: [{ value: 'https://issuer.example' }] },
  http: { tokens: [{ type: 'jwt', method: 'header', name: 'Authorization', prefix: 'Bearer ' }] },
  jws: { allowed_algorithms: ['ES256'], keys: { sources: { additional_jkus: ['https://issuer.example/keys'] } } },
}

/** An agent that resets every stream it is opened. */
async function resettingAgent(): Promise<string> {
  const tunnel = await startTestEdge()
  const { authtoken } = await identity()
  const agent = (await RawAgent.connect(tunnel.httpsPort)).send(helloOf(authtoken))
  await agent.receive('welcome')
  const url = `https://resets.${DOMAIN}`
  agent.send({ type: 'bind', id: 1, endpoint: { protocol: 'https', url, upstream: { url: 'x' } } })
  await agent.receive('bound')
  const opened = new Set<number>()
  agent.connection.socket.on('data', () => {
    for (const id of streamsIn(agent.connection.bytes)) {
      if (!opened.has(id)) agent.sendBytes(resetOf(id))
      opened.add(id)
    }
  })
  return tunnel.url('resets')
}

/** Streams that the edge opened. Version 0, u8 type, u16 flags, u32 stream id, u32 length. */
function streamsIn(bytes: Buffer): number[] {
  const ids: number[] = []
  for (let at = 0; at + 12 <= bytes.length; at += 12 + (bytes[at + 1] === 0 ? bytes.readUInt32BE(at + 8) : 0)) {
    const id = bytes.readUInt32BE(at + 4)
    if (id !== 0 && id % 2 === 0) ids.push(id)
  }
  return ids
}

function resetOf(id: number): Buffer {
  const frame = Buffer.alloc(12)
  frame[1] = 1
  frame.writeUInt16BE(8, 2)
  frame.writeUInt32BE(id, 4)
  return frame
}

/** The only stream that the session may have is that of its own messages. */
async function noFreeStream(): Promise<string> {
  const tunnel = await startTestEdge({ limits: { maxStreamsPerSession: 1 } })
  return (await tunnel.forward({ port: await unusedPort() })).url() as string
}

/** The one request that its endpoint may have at a time is not answered. */
async function occupied(): Promise<string> {
  const tunnel = await startTestEdge({ limits: { maxConnectionsPerEndpoint: 1 } })
  const upstream = await startUpstream(() => {})
  const url = (await tunnel.forward(upstream)).url() as string
  ;(await startRequest(url)).end()
  await until(() => upstream.requests.length === 1, 'the request at the upstream')
  return url
}

async function openBreaker(): Promise<string> {
  const breaker = { error_threshold: 0.5, volume_threshold: 1, window_duration: '10s', tripped_duration: '1m' }
  const { url } = await police(onRequest({ type: 'circuit-breaker', config: breaker }), {
    handle: (_incoming, response) => response.writeHead(500).end(),
  })
  await request(url)
  return url
}

async function loopOfEndpoints(): Promise<string> {
  const policy = onRequest({ type: 'forward-internal', config: { url: 'https://again.internal' } })
  const { tunnel, upstream, url } = await police(policy)
  await tunnel.forward(upstream, { url: 'https://again.internal', traffic_policy: policy })
  return url
}

/**
 * What of the catalogue's runtime errors (reference edge-and-api.md §11.9) a visitor can meet in what is built. 3003 needs a client of its own;
 * 3603 is for the policy that made the request, which then fails by 3007.
 */
export const faults: Fault[] = [
  { code: 714, status: 429, name: 'requests of an endpoint at once', raise: occupied },
  { code: 715, status: 429, name: 'connections of the minute', raise: limited({ maxConnectionsPerMinute: 1 }) },
  { code: 719, status: 429, name: 'bytes of the minute', raise: limited({ maxBytesPerMinute: 1 }) },
  { code: 734, status: 429, name: 'requests of the minute', raise: limited({ maxRequestsPerMinute: 1 }) },
  { code: 743, status: 503, name: 'no free stream', raise: noFreeStream },
  {
    code: 2253,
    status: 500,
    name: 'a field that fails',
    raise: policed('add-headers', { headers: { x: '${string(int("x"))}' } }),
  },
  {
    code: 2254,
    status: 500,
    name: 'an expression that fails',
    raise: async () =>
      (
        await police(
          JSON.stringify({ on_http_request: [{ expressions: ['int(req.method) > 1'], actions: [{ type: 'deny' }] }] }),
        )
      ).url,
  },
  {
    code: 3004,
    status: 502,
    name: 'no HTTP from the upstream',
    raise: async () =>
      (await (await startTestEdge()).forward(await startCannedUpstream('SSH-2.0-x\r\n'))).url() as string,
  },
  {
    code: 3005,
    status: 504,
    name: 'a silent upstream',
    raise: async () => {
      const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 200, upstreamIdleTimeoutMs: 200 } })
      return (await tunnel.forward(await startUpstream(() => {}))).url() as string
    },
  },
  {
    code: 3007,
    status: 502,
    name: 'a server that gives no response',
    raise: requesting((incoming) => incoming.socket.destroy()),
  },
  { code: 3200, status: 404, name: 'nobody there', raise: async () => (await startTestEdge()).url('nobody') },
  { code: 3202, status: 503, name: 'an open circuit breaker', raise: openBreaker },
  {
    code: 3204,
    status: 403,
    name: 'an unverified webhook',
    raise: policed('verify-webhook', { provider: 'github', secret: 'it is secret' }),
    settings: { method: 'POST', body: '{}' },
  },
  {
    code: 3205,
    status: 403,
    name: 'an address that is not allowed',
    raise: policed('restrict-ips', { allow: ['10.0.0.0/8'] }),
  },
  {
    code: 3206,
    status: 400,
    name: 'no WebSocket where they become TCP',
    raise: async () => {
      const tunnel = await startTestEdge()
      return (await tunnel.forward({ port: await unusedPort() }, { websocket_tcp_converter: true })).url() as string
    },
  },
  { code: 3210, status: 502, name: 'a stream that breaks', raise: resettingAgent },
  {
    code: 3214,
    status: 502,
    name: 'redirects without end',
    raise: requesting((_incoming, response) => response.writeHead(302, { location: 'https://asked.internal/' }).end(), {
      max_redirects: 2,
    }),
  },
  { code: 3408, status: 401, name: 'no header of the token', raise: policed('jwt-validation', jwt) },
  {
    code: 3413,
    status: 401,
    name: 'a token without its prefix',
    raise: policed('jwt-validation', jwt),
    settings: { headers: { authorization: 'x' } },
  },
  {
    code: 3406,
    status: 401,
    name: 'an empty token',
    raise: policed('jwt-validation', {
      ...jwt,
      http: { tokens: [{ type: 'jwt', method: 'header', name: 'X-Token', prefix: '' }] },
    }),
    settings: { headers: { 'x-token': '' } },
  },
  {
    code: 3416,
    status: 401,
    name: 'a token that cannot be read',
    raise: policed('jwt-validation', jwt),
    settings: { headers: { authorization: 'Bearer x' } },
  },
  { code: 3501, status: 508, name: 'a loop of endpoints', raise: loopOfEndpoints },
  {
    code: 3601,
    status: 502,
    name: 'a response that is too large',
    raise: requesting((_incoming, response) => response.end(Buffer.alloc(300_000))),
  },
  { code: 3602, status: 504, name: 'a response that takes too long', raise: requesting(() => {}, { timeout: '1s' }) },
  {
    code: 3604,
    status: 500,
    name: 'a body where none may be',
    raise: policed('custom-response', { status_code: '${200 + 4}', body: '${req.method}' }),
  },
  {
    code: 3901,
    status: 500,
    name: 'a pattern that is none',
    raise: policed('request-body-find-replace', { replacements: [{ from: '${"("}', to: '' }] }),
    settings: { method: 'POST', body: 'x' },
  },
  {
    code: 3903,
    status: 500,
    name: 'a body that is too large',
    raise: policed('request-body-find-replace', { replacements: [{ from: 'a', to: 'b' }] }),
    settings: { method: 'POST', body: Buffer.alloc(11 * 1024 * 1024) },
  },
  {
    code: 8012,
    status: 502,
    name: 'an upstream that is not there',
    raise: async () => (await (await startTestEdge()).forward({ port: await unusedPort() })).url() as string,
  },
]
