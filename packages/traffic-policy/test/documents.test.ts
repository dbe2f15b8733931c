// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type CompilePolicyOptions,
  compilePolicy,
  type PolicyFault,
  policyFaultCodes,
  policyJsonSchema,
} from '../src/index.ts'

const faultsOf = (text: string, options: CompilePolicyOptions = {}): readonly PolicyFault[] => {
  const result = compilePolicy(text, options)
  return result.ok ? [] : result.faults
}
const shown = ({ code, line, column, message }: PolicyFault): string =>
  `${code.replace('ERR_TUNNEL_', '')} ${line}:${column} ${message}`

/** A document with one action in the request phase. */
const withAction = (action: string, phase = 'on_http_request'): string => `${phase}:\n  - actions:\n      - ${action}\n`

describe('accepts', () => {
  it('the example of the reference', () => {
    const text = `
on_tcp_connect:
  - expressions: ["!inCidrRange(conn.client_ip, '10.0.0.0/8')"]
    actions: [{type: deny}]
on_http_request:
  - name: v1 → v2
    expressions: ["req.url.path.startsWith('/v1/')"]
    actions:
      - type: url-rewrite
        config: {from: /v1/, to: /v2/}
  - actions:
      - type: rate-limit
        config: {name: per-ip, algorithm: sliding_window, capacity: 30, rate: 60s, bucket_key: [conn.client_ip]}
on_http_response:
  - actions:
      - type: add-headers
        config: {headers: {x-country: "\${conn.geo.country_code}"}}
`
    const result = compilePolicy(text, { protocol: 'https' })
    expect(result).toMatchObject({ ok: true, policy: { warnings: [] } })
  })

  it.each([
    ['JSON', '{"on_http_request": [{"actions": [{"type": "deny", "config": {"status_code": 404}}]}]}'],
    ['JSON with tabs', '{\n\t"on_http_request": [\n\t\t{"actions": [{"type": "deny"}]}\n\t]\n}'],
    ['inbound of connections', 'inbound: [{actions: [{type: close-connection}]}]', 'tcp'],
    [
      'inbound and outbound',
      'inbound: [{actions: [{type: deny}]}]\noutbound: [{actions: [{type: compress-response}]}]',
    ],
    ['a phase without rules', 'on_http_request: [{actions: [{type: deny}]}]\non_http_response:\n'],
    ['an action in the place of a rule', 'on_http_request: [{type: deny}]'],
    ['one expression without a list', 'on_http_request: [{expressions: req.method == "GET", actions: [{type: deny}]}]'],
    ['true as an expression', 'on_http_request: [{expressions: [true], actions: [{type: deny}]}]'],
    ['an expression in ${}', 'on_http_request: [{expressions: ["${req.method == \'GET\'}"], actions: [{type: deny}]}]'],
    ['a number as a name', 'on_http_request: [{name: 1, actions: [{type: deny}]}]'],
    ['null where expressions can be', 'on_http_request: [{expressions: , actions: [{type: deny, config: }]}]'],
    ['anchors', 'on_http_request: [&r {expressions: [req.method == "A"], actions: [{type: deny}]}, *r]'],
    ['aliases of types', withAction('{type: webhook-validation, config: {provider: github, secret: s}}')],
    ['older names of fields', withAction('{type: custom-response, config: {content: hello}}')],
    [
      'rolling_window',
      withAction('{type: circuit-breaker, config: {error_threshold_percentage: 0.2, rolling_window: 20s}}'),
    ],
    ['nanoseconds', withAction('{type: http-request, config: {url: "https://a.internal", timeout: 5000000000}}')],
    [
      'one credential as a map',
      withAction('{type: basic-auth, config: {credentials: [{username: u, password: password1}]}}'),
    ],
    ['min_version as a number', withAction('{type: terminate-tls, config: {min_version: 1.3}}', 'on_tcp_connect')],
    ['vars as one map', withAction('{type: set-vars, config: {vars: {a: 1, b: "${vars.a}"}}}')],
    [
      'keys of JWTs in lists',
      withAction(`type: jwt-validation
        config:
          issuer: {allow_list: [{value: "https://i.example"}]}
          http: {tokens: [{type: jwt, method: header, name: Authorization, prefix: "Bearer "}]}
          jws:
            allowed_algorithms: [RS256]
            keys: [{sources: [{additional_jkus: ["https://i.example/jwks"]}]}]`),
    ],
  ])('%s', (_name, text, protocol?: string) => {
    expect(faultsOf(text, protocol === 'tcp' ? { protocol } : {})).toEqual([])
  })

  it('a policy that is switched off, as none', () => {
    const result = compilePolicy('enabled: false\non_http_request: [{actions: [{type: what}]}]')
    expect(result).toMatchObject({ ok: true, policy: { phases: { on_http_request: [] } } })
  })
})

describe('refuses', () => {
  const wrong: readonly (readonly [name: string, text: string, fault: string, options?: CompilePolicyOptions])[] = [
    // 2200
    [
      'an expression that does not parse',
      'on_http_request:\n  - expressions: ["req.method =="]\n    actions: [{type: deny}]',
      '2200 2:33 unexpected token: EOF',
    ],
    [
      'one that gives no bool',
      'on_http_request:\n  - expressions: [req.method]\n    actions: [{type: deny}]',
      '2200 2:19 expression must give bool, gives string',
    ],
    [
      'a variable of another phase',
      'on_http_request:\n  - expressions:\n      - req.method == "GET" && res.status_code == 200\n    actions: [{type: deny}]',
      '2200 3:32 `res.status_code` is not available in on_http_request',
    ],
    [
      'a function of another phase',
      'on_http_request:\n  - expressions: ["hasResHeader(\'a\')"]\n    actions: [{type: deny}]',
      '2200 2:20 `hasResHeader` is not available in on_http_request',
    ],
    [
      'a variable that is none',
      'on_http_request:\n  - expressions: ["req.url.pth == \'/\'"]\n    actions: [{type: deny}]',
      '2200 2:28 `req.url` has no `pth`; did you mean `path`?',
    ],
    [
      'a pattern that is none',
      'on_http_request:\n  - expressions: ["req.method.matches(\'(\')"]\n    actions: [{type: deny}]',
      '2200 2:20 not a regular expression: missing closing ): `(`',
    ],
    // 2201, 2202, 2203, 2204, 2205, 2206
    ['an unknown action', withAction('{type: denny}'), '2201 3:16 unknown action `denny`; did you mean `deny`?'],
    [
      'an action of later',
      withAction('{type: oauth, config: {provider: google}}'),
      '2201 3:16 action `oauth` is not supported yet',
    ],
    ['its alias', withAction('{type: oidc}'), '2201 3:16 action `openid-connect` is not supported yet'],
    [
      'a firewall',
      withAction('{type: owasp-crs-request}'),
      '2201 3:16 action `owasp-crs-request` is not supported yet',
    ],
    [
      'an action of another phase',
      withAction('{type: compress-response}'),
      '2202 3:16 action `compress-response` is not supported in on_http_request; it is in on_http_response',
    ],
    [
      'an unknown field',
      withAction('{type: deny, config: {status: 400}}'),
      '2203 3:31 unknown field `status`; did you mean `status_code`?',
    ],
    [
      'a field of the wrong type',
      withAction(
        '{type: rate-limit, config: {name: [], algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [a]}}',
      ),
      '2203 3:43 expected text, got a list',
    ],
    ['a config that is no map', withAction('{type: deny, config: 3}'), '2203 3:30 expected a map, got the number 3'],
    [
      'a rate that is no multiple of 10s',
      withAction(
        '{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1, rate: 65s, bucket_key: [conn.client_ip]}}',
      ),
      '2204 3:92 expected a multiple of 10s',
    ],
    [
      'TLS on http',
      withAction('{type: terminate-tls}', 'on_tcp_connect'),
      '2205 3:16 action `terminate-tls` does not support http endpoints',
      { protocol: 'http' },
    ],
    [
      'a rule without actions',
      'on_http_request:\n  - expressions: []\n    actions: []',
      '2206 3:14 rule has no action',
    ],
    ['a document without actions', '', '2206 1:1 policy has no action'],
    ['a list without rules', 'on_http_request: []', '2206 1:1 policy has no action'],
    // 2207
    [
      'an action that is never reached',
      'on_http_request:\n  - actions:\n      - type: deny\n      - type: log\n        config: {metadata: {}}',
      '2207 4:9 action `log` is never reached: `deny` always ends the phase',
    ],
    [
      'forward-internal after custom-response',
      'on_http_request:\n  - actions:\n      - type: custom-response\n      - type: forward-internal\n        config: {url: "https://a.internal"}',
      '2207 4:9 action `forward-internal` is never reached: `custom-response` always ends the phase',
    ],
    // 2208 to 2212
    [
      'a long header name',
      withAction(`{type: add-headers, config: {headers: {${'a'.repeat(129)}: b}}}`),
      '2208 3:179 header name of 129 characters exceeds the limit 128',
    ],
    [
      'a long header value',
      withAction(`{type: add-headers, config: {headers: {a: ${'b'.repeat(8193)}}}}`),
      '2209 3:51 8193 characters exceed the limit 8192',
    ],
    [
      'a header name that is none',
      withAction('{type: add-headers, config: {headers: {"a b": c}}}'),
      '2210 3:55 header name is not a token',
    ],
    [
      'a header value with a line break',
      withAction('{type: add-headers, config: {headers: {a: "b\\nc"}}}'),
      '2211 3:51 value of header value has a control character',
    ],
    [
      'too many headers',
      withAction(`{type: add-headers, config: {headers: {${[...'abcdefghijk'].map((name) => `${name}: 1`)}}}}`),
      '2212 3:47 11 headers exceed the limit 10',
    ],
    ['no headers', withAction('{type: add-headers, config: {headers: {}}}'), '2223 3:47 must not be empty'],
    // 2214 to 2219
    [
      'an unknown algorithm',
      'on_http_response:\n  - actions:\n      - {type: compress-response, config: {algorithms: [lzma]}}',
      '2214 3:57 expected one of gzip, deflate, br, compress, zstd, got "lzma"',
    ],
    [
      'a number out of range',
      withAction('{type: deny, config: {status_code: 199}}'),
      '2215 3:44 199 is below the minimum 200',
    ],
    [
      'a threshold above one',
      withAction('{type: circuit-breaker, config: {error_threshold: 1.5}}'),
      '2215 3:59 1.5 is above the maximum 1',
    ],
    [
      'a duration that is too short',
      withAction('{type: circuit-breaker, config: {window_duration: 10ms}}'),
      '2215 3:59 10ms is shorter than 1s',
    ],
    [
      'an IP policy that is not there',
      withAction('{type: restrict-ips, config: {ip_policies: [ipp_1]}}'),
      '2216 3:53 there is no such IP policy',
      { isIpPolicyKnown: () => false },
    ],
    [
      'a certificate authority that is not there',
      'on_tcp_connect:\n  - actions:\n      - {type: terminate-tls, config: {mutual_tls_certificate_authorities: [ca_1]}}',
      '2232 3:77 there is no such certificate authority',
      { isCertificateAuthorityKnown: () => false },
    ],
    [
      'a secret that is not there, in an expression',
      "on_http_request:\n  - expressions: ['true', \"secrets.get('v', 'n') == 'x'\", \"secrets.get(req.host) == 'x'\"]\n    actions: [{type: deny}]",
      '2232 2:27 there is no secret "v/n"',
      { isSecretKnown: () => false },
    ],
    [
      'a secret that is not there, in a field',
      withAction("{type: set-vars, config: {vars: [{a: [\"${secrets.get('here')}${secrets.get('gone')}\"]}]}}"),
      '2232 3:41 there is no secret "default/gone"',
      { isSecretKnown: (vault: string, name: string) => vault === 'default' && name === 'here' },
    ],
    [
      'two logins',
      'on_http_request:\n  - {type: oauth}\n  - actions: [{type: oidc}]',
      '2239 3:15 several logins need an auth_id each',
    ],
    [
      'two AI gateways',
      'on_http_request: [{actions: [{type: ai-gateway}, {type: ai-gateway}]}]',
      '2266 1:50 there is another ai-gateway action',
    ],
    [
      'a text that is no CIDR',
      withAction('{type: restrict-ips, config: {allow: [1.2.3.4/33]}}'),
      '2217 3:47 "1.2.3.4/33" is not a CIDR',
    ],
    [
      'too many CIDRs',
      withAction(`{type: restrict-ips, config: {allow: [${Array(1001).fill('1.2.3.4')}]}}`),
      '2218 3:46 1001 entries exceed the limit 1000',
    ],
    [
      'another number of buckets',
      withAction('{type: circuit-breaker, config: {num_buckets: 5}}'),
      '2219 3:55 num_buckets is always 10',
    ],
    [
      'user-agent',
      withAction('{type: remove-headers, config: {headers: [User-Agent]}}'),
      '2219 3:51 header user-agent cannot be removed',
    ],
    [
      'a header that frames the message',
      withAction('{type: add-headers, config: {headers: {Content-Length: 3}}}'),
      '2219 3:64 header content-length cannot be added',
    ],
    // 2221 to 2226
    [
      'a long name',
      withAction(
        `{type: rate-limit, config: {name: ${'n'.repeat(1024)}, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.client_ip]}}`,
      ),
      '2221 3:43 1024 characters is above the maximum 1023',
    ],
    [
      'a word that is not allowed',
      withAction('{type: http-request, config: {url: "https://a.internal", method: HEAD}}'),
      '2222 3:74 expected one of GET, PUT, POST, PATCH, DELETE, OPTIONS, got text',
    ],
    [
      'an unknown provider',
      withAction('{type: verify-webhook, config: {provider: gihub, secret: s}}'),
      '2222 3:51 "gihub" is not a provider; did you mean `github`?',
    ],
    ['an empty text', withAction('{type: redirect, config: {to: ""}}'), '2223 3:39 must not be empty'],
    ['an empty list', withAction('{type: basic-auth, config: {credentials: []}}'), '2223 3:50 must not be empty'],
    [
      'an interpolation that does not compile',
      withAction('{type: log, config: {metadata: {a: "x ${req.metod} y"}}}'),
      '2224 3:53 `req` has no `metod`; did you mean `method`?',
    ],
    [
      'one without its end',
      withAction('{type: redirect, config: {to: "${req.method"}}'),
      '2224 3:40 "${" has no matching "}"',
    ],
    [
      'a bucket key that does not compile',
      withAction(
        '{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.ip]}}',
      ),
      '2224 3:115 `conn` has no `ip`',
    ],
    [
      'a long duration',
      withAction('{type: http-request, config: {url: "https://a.internal", timeout: 31s}}'),
      '2225 3:75 31s is longer than 30s',
    ],
    [
      'a text that is no URL',
      withAction('{type: http-request, config: {url: nowhere}}'),
      '2226 3:44 expected an http or https URL',
    ],
    [
      'the URL of no internal endpoint',
      withAction('{type: forward-internal, config: {url: "https://a.example"}}'),
      '2226 3:48 expected the URL of an internal endpoint, like https://name.internal',
    ],
    [
      'a tcp URL for requests',
      withAction('{type: forward-internal, config: {url: "tcp://a.internal:1"}}'),
      '2226 3:48 expected http or https, got tcp',
    ],
    [
      'a tcp URL without port',
      withAction('{type: forward-internal, config: {url: "tcp://a.internal"}}', 'on_tcp_connect'),
      '2226 3:48 a tcp URL needs its port',
    ],
    // 2228 to 2236
    [
      'a duration that is none',
      withAction('{type: circuit-breaker, config: {window_duration: soon}}'),
      '2228 3:59 expected a duration with its unit, like 10s or 1h30m',
    ],
    [
      'a certificate that is none',
      withAction('{type: terminate-tls, config: {mutual_tls_certificate_authorities: [x]}}', 'on_tcp_connect'),
      '2228 3:39 mutual_tls_certificate_authorities has no PEM certificate',
    ],
    [
      'an unknown protocol',
      withAction('{type: deny}'),
      '2229 1:1 unknown protocol quic',
      { protocol: 'quic' as never },
    ],
    [
      'a phase of another protocol',
      withAction('{type: deny}'),
      '2230 1:1 `on_http_request` does not exist on tcp endpoints',
      { protocol: 'tcp' },
    ],
    [
      'one algorithm twice',
      'on_http_response:\n  - actions:\n      - {type: compress-response, config: {algorithms: [br, br]}}',
      '2231 3:56 "br" is there twice',
    ],
    ['a missing field', withAction('{type: redirect, config: {}}'), '2234 3:34 required'],
    ['a missing config', withAction('{type: redirect}'), '2234 3:9 required'],
    ['an action without type', withAction('{config: {}}'), '2234 3:9 an action has a type, which is text'],
    [
      'a cloud policy that may not answer',
      'on_http_request:\n  - expressions: [req.method == "GET"]\n    actions: [{type: deny}]',
      '2235 1:1 policy of a cloud endpoint has no rule without expressions that ends every request',
      { endpoint: 'cloud' },
    ],
    [
      'a cloud policy whose end may fail',
      withAction('{type: forward-internal, config: {url: "https://a.internal", on_error: continue}}'),
      '2235 1:1 policy of a cloud endpoint has no rule without expressions that ends every request',
      { endpoint: 'cloud' },
    ],
    [
      'an unknown phase',
      'on_http_requests: [{actions: [{type: deny}]}]',
      '2236 1:1 unknown phase `on_http_requests`; did you mean `on_http_request`?',
    ],
    [
      'inbound beside its new name',
      'inbound: [{type: deny}]\non_http_request: [{type: deny}]',
      '2236 2:1 `on_http_request` is the same phase as `inbound`, which is there too',
    ],
    ['one key twice', 'on_http_request: []\non_http_request: []', '2236 2:1 map keys must be unique'],
    ['a document that is a list', '[]', '2236 1:1 expected a map of phases, got a list'],
    [
      'text that is no YAML',
      'on_http_request: [',
      '2236 1:19 flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'an expression that reads as a tag',
      'on_http_request:\n  - expressions: [!inCidrRange(conn.client_ip)]\n    actions: [{type: deny}]',
      '2236 2:19 a value that begins with "!" is a YAML tag: put the expression in quotes',
    ],
    [
      'an unknown key of a rule',
      'on_http_request:\n  - expression: [a]\n    actions: [{type: deny}]',
      '2236 2:5 unknown key `expression` of a rule; did you mean `expressions`?',
    ],
    [
      'the key __proto__',
      'on_http_request: [{actions: [{type: log, config: {metadata: {__proto__: 1}}}]}]',
      '2236 1:62 the key __proto__ is not allowed',
    ],
    [
      'a large document',
      `# ${'x'.repeat(262_144)}\non_http_request: [{type: deny}]`,
      '2236 1:1 document of 262178 bytes exceeds the limit 262144',
    ],
    // 2237 to 2262
    [
      'keys that are an empty list',
      withAction('{type: jwt-validation, config: {jws: {keys: []}}}'),
      '2237 3:53 0 entries is below the minimum 1',
    ],
    [
      'half a certificate',
      withAction('{type: terminate-tls, config: {server_certificate: x}}', 'on_tcp_connect'),
      '2240 3:39 server_private_key and server_certificate go together',
    ],
    [
      'too many query parameters',
      withAction(
        `{type: http-request, config: {url: "https://a.internal", query_params: [${Array(33).fill('{key: a, value: b}')}]}}`,
      ),
      '2244 3:80 33 entries exceed the limit 32',
    ],
    [
      'a long key of a query parameter',
      withAction(
        `{type: http-request, config: {url: "https://a.internal", query_params: [{key: ${'k'.repeat(129)}, value: v}]}}`,
      ),
      '2245 3:87 129 characters exceed the limit 128',
    ],
    [
      'a long value of a query parameter',
      withAction(
        `{type: http-request, config: {url: "https://a.internal", query_params: [{key: k, value: ${'v'.repeat(8193)}}]}}`,
      ),
      '2246 3:97 8193 characters exceed the limit 8192',
    ],
    [
      'variables that nest too deep',
      withAction(`{type: set-vars, config: {vars: [a: ${'['.repeat(12)}${']'.repeat(12)}]}}`),
      '2250 3:45 value nests deeper than the limit 10',
    ],
    [
      'vars with two names in one entry',
      withAction('{type: set-vars, config: {vars: [{a: 1, b: 2}]}}'),
      '2252 3:41 expected a list of maps with one entry each, like - name: value',
    ],
    [
      'too many credentials',
      withAction(`{type: basic-auth, config: {credentials: [${Array(11).fill('"user:password"')}]}}`),
      '2255 3:50 11 entries exceed the limit 10',
    ],
    [
      'a credential without its colon',
      withAction('{type: basic-auth, config: {credentials: ["${req.host}pw"]}}'),
      '2257 3:51 credential has no colon between user name and password',
    ],
    [
      'a short password',
      withAction('{type: basic-auth, config: {credentials: ["user:short"]}}'),
      '2258 3:51 password of 5 characters is not 8 to 128',
    ],
    [
      'a pattern of a field that is none',
      withAction('{type: url-rewrite, config: {from: "(", to: b}}'),
      '2261 3:44 not a regular expression: missing closing ): `(`',
    ],
    [
      'connections on an internal endpoint',
      'on_tcp_connect: [{type: deny}]',
      '2262 1:1 `on_tcp_connect` does not exist on internal https endpoints',
      { protocol: 'https', binding: 'internal' },
    ],
    [
      'too many rules',
      `on_http_request: [${Array(1001).fill('{type: deny}')}]`,
      '2264 1:18 1001 rules exceed the limit 1000',
    ],
    [
      'too many expressions',
      `on_http_request: [{expressions: [${Array(101).fill('true')}], actions: [{type: deny}]}]`,
      '2265 1:33 101 expressions of a rule exceed the limit 100',
    ],
    [
      'too many actions',
      `on_http_request: [{actions: [${Array(101).fill('{type: log, config: {metadata: {}}}')}]}]`,
      '2265 1:29 101 actions of a rule exceed the limit 100',
    ],
  ]

  it.each(wrong.map(([name, text, fault, options]) => ({ name, text, fault, options })))(
    '$name',
    ({ text, fault, options }) => {
      expect(faultsOf(text, options).map(shown).join('\n')).toContain(fault)
    },
  )

  it('several logins with an auth_id each are only not supported yet', () => {
    const login = (id: string) => `{type: oauth, config: {provider: google, auth_id: ${id}}}`
    const faults = faultsOf(`on_http_request: [${login('a')}, ${login('b')}]`)
    expect(faults.map(({ code }) => code)).toEqual(['ERR_TUNNEL_2201', 'ERR_TUNNEL_2201'])
  })

  it('has a row for every code', () => {
    const codes = new Set(wrong.map(([, , fault]) => `ERR_TUNNEL_${fault.slice(0, 4)}`))
    expect(codes).toEqual(new Set(Object.keys(policyFaultCodes)))
  })

  it('with all faults at once, in order', () => {
    const text = `on_http_request:
  - expressions:
      - req.nothing == 1
      - req.method
    actions:
      - type: redirect
        config:
          to: "\${nope}"
          status_code: 200
          extra: 1
      - type: what
on_http_response:
  - actions: []
`
    expect(faultsOf(text).map(({ code, line }) => `${line} ${code}`)).toEqual([
      '3 ERR_TUNNEL_2200',
      '4 ERR_TUNNEL_2200',
      '8 ERR_TUNNEL_2224',
      '9 ERR_TUNNEL_2215',
      '10 ERR_TUNNEL_2203',
      '11 ERR_TUNNEL_2201',
      '13 ERR_TUNNEL_2206',
    ])
  })

  it('with the place in a block of text', () => {
    const text =
      'on_http_request:\n  - expressions:\n      - |\n        req.method == "GET" &&\n        res.status_code == 200\n    actions: [{type: deny}]'
    expect(faultsOf(text)).toMatchObject([{ line: 3, pointer: '/on_http_request/0/expressions/0' }])
  })

  it('with a pointer to the value', () => {
    expect(faultsOf(withAction('{type: add-headers, config: {headers: {"a/b": c}}}'))).toMatchObject([
      { pointer: '/on_http_request/0/actions/0/config/headers/a~1b' },
    ])
  })

  it('never more faults than the limit', () => {
    const text = `on_http_request: [${Array(500).fill('{type: what}')}]`
    expect(faultsOf(text)).toHaveLength(100)
  })

  it('a document of aliases of aliases', () => {
    const levels = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`)}]`)
    const text = `a0: &a0 [x]\n${levels.join('\n')}`
    expect(faultsOf(text).map(({ code }) => code)).toContain('ERR_TUNNEL_2236')
  })
})

it('warns of rules after one that always ends the phase', () => {
  const result = compilePolicy('on_http_request:\n  - type: deny\n  - type: deny')
  expect(result).toMatchObject({
    ok: true,
    policy: {
      warnings: [{ code: 'ERR_TUNNEL_2207', line: 3, message: 'rule is never reached: rule 0 always ends the phase' }],
    },
  })
})

it.each([
  ['a redirect of everything', withAction('{type: redirect, config: {to: "https://b.example"}}')],
  ['custom-response', withAction('{type: custom-response}')],
  ['a rule that is always true', 'on_http_request: [{expressions: ["true"], actions: [{type: deny}]}]'],
  ['an end of every connection', withAction('{type: deny}', 'on_tcp_connect')],
])('lets %s handle a cloud endpoint', (_name, text) => {
  expect(faultsOf(text, { endpoint: 'cloud', protocol: 'https' })).toEqual([])
})

it('keeps the identity of an action that has not changed', () => {
  const identities = (text: string) => {
    const result = compilePolicy(text)
    return result.ok
      ? result.policy.phases.on_http_request.flatMap(({ actions }) => actions.map(({ identity }) => identity))
      : []
  }
  const limit = (capacity: number) =>
    `{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: ${capacity}, rate: 60s, bucket_key: [conn.client_ip]}}`
  expect(identities(withAction(limit(1)))).toEqual(identities(`# a comment\n${withAction(limit(1))}`))
  expect(identities(withAction(limit(1)))).not.toEqual(identities(withAction(limit(2))))
})

it('publishes the schema of documents', () => {
  const published: unknown = JSON.parse(readFileSync(new URL('../schema.json', import.meta.url), 'utf8'))
  expect(published, 'run `pnpm --filter @tunnel/traffic-policy schema`').toEqual(
    JSON.parse(JSON.stringify(policyJsonSchema())),
  )
  expect(published).toHaveProperty('$defs.deny.properties.config.properties.status_code.default', 403)
})
