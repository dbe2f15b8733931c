// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, it } from 'vitest'
import type { CertificateFacts } from '../src/index.ts'
import { normalizedPath } from '../src/variables/request-url.ts'
import { evaluate, noon, plain, request, requestWith, responseHead, type World } from './evaluation.ts'

const name = {
  text: 'CN=client,O=Example',
  commonName: 'client',
  country: ['DE'],
  locality: ['Berlin'],
  organization: ['Example'],
  organizationalUnit: ['Dev'],
  postalCode: ['10115'],
  province: ['BE'],
  streetAddress: ['Way 1'],
}
const certificate: CertificateFacts = {
  pem: 'PEM',
  subject: name,
  issuer: { text: 'CN=ca', commonName: 'ca' },
  dnsNames: ['a.example', 'b.example'],
  emailAddresses: ['a@b.example'],
  ipAddresses: ['192.0.2.1'],
  uris: ['spiffe://a'],
  serialNumber: '0a1b',
  signatureAlgorithm: 'ECDSA-SHA256',
  notBefore: noon,
  notAfter: noon + 1000,
  extensions: [{ id: '2.5.29.19', critical: true, value: new Uint8Array([1]) }],
}
const place = {
  city: 'Berlin',
  continent: 'Europe',
  country: 'Germany',
  countryCode: 'DE',
  isEu: true,
  latitude: '52.5',
  longitude: '13.4',
  metroCode: '0',
  postalCode: '10115',
  radius: '20',
  subdivision: 'Berlin',
  timezone: 'Europe/Berlin',
}
const world: World = {
  phase: 'on_http_response',
  connection: {
    tls: {
      version: '1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      sni: 'app.example.com',
      alpn: 'h2',
      ja4Fingerprint: 't13d1516h2_8daaf6152771_02713d6af862',
      client: () => certificate,
      server: () => certificate,
    },
    pod: {
      id: 'uid',
      name: 'web',
      namespace: 'prod',
      annotations: { 'k8s.ngrok.com/a': 'b' },
      errorCode: 'ERR_NGROK_28000',
      errorMessage: 'too long',
    },
  },
  request: request(
    {
      method: 'POST',
      target: '/a/../b%2fc?q=1&r',
      headers: [
        'Host',
        'app.example.com',
        'Content-Type',
        'Application/JSON; a="b c"',
        'Content-Encoding',
        'gzip, br',
        'Location',
        '/l',
        'Cookie',
        'k=v',
        'User-Agent',
        'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.1 Mobile Safari/537.36',
      ],
      framing: 'length',
      contentLength: 12,
    },
    { bodyReceivedAt: () => noon + 5, trailers: () => ['X-Trailer', 't'] },
  ),
  response: {
    head: responseHead({
      status: 404,
      headers: [
        'Content-Type',
        'text/html',
        'Content-Encoding',
        'br',
        'Location',
        '/x',
        'X-A',
        '1',
        'Set-Cookie',
        'k=v; Domain=d.example; Path=/p; Expires=Wed, 04 Mar 2026 12:00:00 GMT; Max-Age=60; HttpOnly; Secure; SameSite=Lax; Priority=High',
      ],
      framing: 'length',
      contentLength: 34,
    }),
    trailers: () => ['X-End', 'e'],
  },
  ports: {
    lookUpIp: () => ({
      categories: ['com.cloudflare.ipv4', 'proxy.anonymous.tor', 'blocklist.greensnow_co'],
      as: { number: 64500, organization: 'Example' },
      location: place,
      registeredLocation: place,
    }),
  },
}

const ofPlace = (prefix: string, isRegistered: boolean): [string, unknown][] => [
  [`${prefix}.city`, 'Berlin'],
  [`${prefix}.continent`, 'Europe'],
  [`${prefix}.country`, 'Germany'],
  [`${prefix}.country_code`, 'DE'],
  [`${prefix}.is_eu`, true],
  [`${prefix}.metro_code`, '0'],
  [`${prefix}.subdivision`, 'Berlin'],
  [`${prefix}.timezone`, 'Europe/Berlin'],
  ...(isRegistered
    ? []
    : ([
        [`${prefix}.latitude`, '52.5'],
        [`${prefix}.longitude`, '13.4'],
        [`${prefix}.postal_code`, '10115'],
        [`${prefix}.radius`, '20'],
      ] as [string, unknown][])),
]
const ofIp = (prefix: string): [string, unknown][] => [
  [
    `${prefix}.categories`,
    [
      'com',
      'com.cloudflare',
      'com.cloudflare.ipv4',
      'proxy',
      'proxy.anonymous',
      'proxy.anonymous.tor',
      'blocklist',
      'blocklist.greensnow_co',
    ],
  ],
  [`${prefix}.is_on_blocklist`, true],
  [`${prefix}.is_tor_node`, true],
  [`${prefix}.as.number`, 64500n],
  [`${prefix}.as.organization`, 'Example'],
  ...ofPlace(`${prefix}.geo.location`, false),
  ...ofPlace(`${prefix}.geo.registered_location`, true),
]
const ofCertificate = (prefix: string): [string, unknown][] => [
  [`${prefix}.subject`, 'CN=client,O=Example'],
  [`${prefix}.subject.common_name`, 'client'],
  [`${prefix}.subject.country`, ['DE']],
  [`${prefix}.subject.locality`, ['Berlin']],
  [`${prefix}.subject.organization`, ['Example']],
  [`${prefix}.subject.organizational_unit`, ['Dev']],
  [`${prefix}.subject.postal_code`, ['10115']],
  [`${prefix}.subject.province`, ['BE']],
  [`${prefix}.subject.street_address`, ['Way 1']],
  [`${prefix}.issuer`, 'CN=ca'],
  [`${prefix}.issuer.common_name`, 'ca'],
  [`${prefix}.issuer.country`, []],
  [`${prefix}.san`, 'DNS:a.example, DNS:b.example, email:a@b.example, IP Address:192.0.2.1, URI:spiffe://a'],
  [`${prefix}.san.dns_names`, ['a.example', 'b.example']],
  [`${prefix}.san.email_addresses`, ['a@b.example']],
  [`${prefix}.san.ip_addresses`, ['192.0.2.1']],
  [`${prefix}.san.uris`, ['spiffe://a']],
  [`${prefix}.serial_number`, '0a1b'],
  [`${prefix}.signature_algorithm`, 'ECDSA-SHA256'],
  [`string(${prefix}.validity.not_before)`, '2026-03-04T12:00:00Z'],
  [`string(${prefix}.validity.not_after)`, '2026-03-04T12:00:01Z'],
  [
    `${prefix}.extensions[0].id + string(${prefix}.extensions[0].critical) + string(${prefix}.extensions[0].value.size())`,
    '2.5.29.19true1',
  ],
]

/** Reference §3 and §11.6, each variable at least once. */
it.each<readonly [expression: string, value: unknown]>([
  ['conn.client_ip', '192.0.2.7'],
  ['conn.client_port', 40000n],
  ['conn.server_ip', '198.51.100.1'],
  ['conn.server_port', 443n],
  ['conn.server_region', 'eu'],
  ['string(conn.ts.start)', '2026-03-04T12:00:00Z'],
  ['conn.bytes_in', 120n],
  ['conn.bytes_out', 45n],
  ...ofIp('conn.client_ip'),
  ...ofIp('conn.server_ip'),
  ['conn.geo.city', 'Berlin'],
  ['conn.geo.country', 'Germany'],
  ['conn.geo.country_code', 'DE'],
  ['conn.geo.latitude', '52.5'],
  ['conn.geo.longitude', '13.4'],
  ['conn.geo.radius', '20'],
  ['conn.geo.subdivision', 'Berlin'],
  ['conn.tls.version', '1.3'],
  ['conn.tls.cipher_suite', 'TLS_AES_128_GCM_SHA256'],
  ['conn.tls.sni', 'app.example.com'],
  ['conn.tls.negotiated_alpn', 'h2'],
  ['conn.tls.session_resumed', false],
  ['conn.tls.ja4_fingerprint', 't13d1516h2_8daaf6152771_02713d6af862'],
  ['conn.tls.client.pem', 'PEM'],
  ...ofCertificate('conn.tls.client'),
  ...ofCertificate('conn.tls.server'),
  ['conn.k8s.pod.id', 'uid'],
  ['conn.k8s.pod.metadata.name', 'web'],
  ['conn.k8s.pod.metadata.namespace', 'prod'],
  ['conn.k8s.pod.metadata.annotations', { 'k8s.ngrok.com/a': 'b' }],
  ['conn.k8s.pod.metadata.error_code', 'ERR_NGROK_28000'],
  ['conn.k8s.pod.metadata.error_message', 'too long'],
  ['endpoint.id', 'ep_1'],
  ['endpoint.url', 'https://app.example.com'],
  ['endpoint.host', 'app.example.com'],
  ['endpoint.port', 443n],
  ['endpoint.addr', 'app.example.com:443'],
  ['endpoint.protocol', 'https'],
  ['time.now', '2026-03-04T12:00:00Z'],
  ['timestamp(time.now) - conn.ts.start == duration("0s")', true],
  ['req.id', 'req_1'],
  ['req.method', 'POST'],
  ['req.version', 'HTTP/1.1'],
  ['req.host', 'app.example.com'],
  ['req.headers["cookie"]', ['k=v']],
  ['req.trailers["x-trailer"]', ['t']],
  ['req.cookies["k"][0].name + req.cookies["k"][0].value', 'kv'],
  ['req.content_length', 12n],
  ['req.content_type', 'application/json'],
  ['req.content_type.parameters["a"]', 'b c'],
  ['req.content_type.raw', 'Application/JSON; a="b c"'],
  ['req.content_encoding', ['gzip', 'br']],
  ['req.location', '/l'],
  ['string(req.ts.header_received)', '2026-03-04T12:00:00Z'],
  ['string(req.ts.body_received)', '2026-03-04T12:00:00.005Z'],
  ['req.url', 'https://app.example.com/b%2Fc?q=1&r'],
  ['req.url.scheme', 'https'],
  ['req.url.authority', 'app.example.com'],
  ['req.url.host', 'app.example.com'],
  ['req.url.path', '/b%2Fc'],
  ['req.url.raw_path', '/a/../b%2fc'],
  ['req.url.raw', 'https://app.example.com/a/../b%2fc?q=1&r'],
  ['req.url.query', 'q=1&r'],
  ['req.url.query_params["q"]', ['1']],
  ['req.url.uri', '/b%2Fc?q=1&r'],
  ['req.url.user_password', ''],
  ['req.user_agent.contains("Pixel")', true],
  ['req.user_agent.name', 'Chrome'],
  ['req.user_agent.version', '126.0.1'],
  ['req.user_agent.os', 'Android'],
  ['req.user_agent.os_version', '14'],
  ['req.user_agent.device', 'Pixel 8'],
  ['req.user_agent.url', ''],
  ['req.user_agent.is_mobile', true],
  ['req.user_agent.is_tablet', false],
  ['req.user_agent.is_desktop', false],
  ['req.user_agent.is_bot', false],
  ['res.status_code', 404n],
  ['res.headers["x-a"]', ['1']],
  ['res.trailers["x-end"]', ['e']],
  ['res.content_length', 34n],
  ['res.content_type', 'text/html'],
  ['res.content_type.parameters', {}],
  ['res.content_type.raw', 'text/html'],
  ['res.content_encoding', ['br']],
  ['res.location', '/x'],
  ['res.cookies["k"][0].name', 'k'],
  ['res.cookies["k"][0].value', 'v'],
  ['res.cookies["k"][0].domain', 'd.example'],
  ['res.cookies["k"][0].path', '/p'],
  ['string(res.cookies["k"][0].expires)', '2026-03-04T12:00:00Z'],
  ['string(res.cookies["k"][0].max_age)', '60s'],
  ['res.cookies["k"][0].http_only', true],
  ['res.cookies["k"][0].secure', true],
  ['res.cookies["k"][0].same_site', 'Lax'],
  ['res.cookies["k"][0].unparsed_attributes', { Priority: 'High' }],
])('%s', (expression, value) => {
  expect(plain(evaluate(expression, world))).toEqual(value)
})

describe('results of actions', () => {
  const left: World = {
    results: { rate_limit: { bucket_key: 'k', limited: true, error: { code: 'ERR_TUNNEL_2253', message: 'm' } } },
  }

  it.each<readonly [string, unknown]>([
    ['actions.ngrok.rate_limit.bucket_key', 'k'],
    ['actions.tunnel.rate_limit.limited', true],
    ['actions.ngrok.rate_limit.error.code', 'ERR_NGROK_2253'],
    ['actions.tunnel.rate_limit.error.code', 'ERR_TUNNEL_2253'],
    ['has(actions.ngrok.rate_limit.error)', true],
    ['has(actions.ngrok.url_rewrite.url)', false],
    ['actions.ngrok.url_rewrite.matches', []],
    ['actions.ngrok.oauth.identity.email', ''],
    ['actions.ngrok.oidc.identity_token', ''],
    ['actions.ngrok.terminate_tls.sni', ''],
  ])('%s', (expression, value) => {
    expect(plain(evaluate(expression, left))).toEqual(value)
  })
})

it.each(['conn.bytes_in', 'req.method', 'res.status_code', 'getReqHeader("a")', 'hasResCookie("a")'])(
  '%s is not available when a connection is accepted',
  (expression) => {
    expect(() => evaluate(expression, { phase: 'on_tcp_connect' })).toThrow('is not available in on_tcp_connect')
  },
)

it('looks an address up once, and only if a rule asks', () => {
  const asked: string[] = []
  const ports = { lookUpIp: (address: string) => void asked.push(address) }
  evaluate('conn.client_ip == "192.0.2.7"', { ports })
  expect(asked).toEqual([])
  evaluate('conn.geo.city == "" && conn.client_ip.as.number == 0', { ports })
  expect(asked).toEqual(['192.0.2.7'])
})

it('a list of whole networks is no blocklist', () => {
  const ports = { lookUpIp: () => ({ categories: ['blocklist.firehol_org.level_4'] }) }
  expect(evaluate('conn.client_ip.is_on_blocklist', { ports })).toBe(false)
})

describe('url', () => {
  it.each([
    ['', '/'],
    ['*', '/'],
    ['/', '/'],
    ['/a/./b/../c', '/a/c'],
    ['/a//b', '/a//b'],
    ['/..', '/'],
    ['/a/..', '/'],
    ['/a/.', '/a/'],
    ['/%61dmin', '/admin'],
    ['/%2e%2e/admin', '/admin'],
    ['/a%2fb', '/a%2Fb'],
    ['/%zz', '/%zz'],
    ['/a..b', '/a..b'],
  ])('path %s is %s', (raw, path) => {
    expect(normalizedPath(raw)).toBe(path)
  })

  it.each([
    ['https', 'app.example.com:443', '/', 'https://app.example.com/', 'app.example.com', 443n],
    ['https', 'app.example.com:8443', '/', 'https://app.example.com:8443/', 'app.example.com', 8443n],
    ['http', 'app.example.com:80', '/', 'http://app.example.com/', 'app.example.com', 80n],
    ['http', '[::1]:80', '/', 'http://[::1]/', '[::1]', 80n],
    ['http', '[::1]', '/', 'http://[::1]/', '[::1]', 0n],
    ['http', 'a.example', 'http://u:p@a.example/x?y', 'http://u:p@a.example/x?y', 'a.example', 0n],
  ] as const)('%s %s %s', (scheme, host, target, url, name_, port) => {
    const facts = { request: request({ host, target }, { scheme }) }
    expect(evaluate('req.url', facts)).toBe(url)
    expect(evaluate('req.url.host', facts)).toBe(name_)
    expect(evaluate('req.url.port', facts)).toBe(port)
  })
})

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1',
    'Edge',
    'Windows',
    'desktop',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
    'Safari',
    'macOS',
    'desktop',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox', 'Linux', 'desktop'],
  [
    'Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1',
    'Safari',
    'iOS',
    'tablet',
  ],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot', '', 'bot'],
  ['curl/8.4.0', 'curl', '', 'bot'],
  ['', '', '', 'other'],
])('user agent %s', (agent, browser, os, kind) => {
  const facts = { request: requestWith('User-Agent', agent) }
  expect(evaluate('req.user_agent.name', facts)).toBe(browser)
  expect(evaluate('req.user_agent.os', facts)).toBe(os)
  expect(evaluate('req.user_agent.is_bot', facts)).toBe(kind === 'bot')
  expect(evaluate('req.user_agent.is_tablet', facts)).toBe(kind === 'tablet')
  expect(evaluate('req.user_agent.is_desktop', facts)).toBe(kind === 'desktop')
})
