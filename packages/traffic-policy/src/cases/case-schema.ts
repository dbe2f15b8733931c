import * as z from 'zod'

/** Cases of one file. */
export const MAX_CASES = 1000
/** Requests of one case, of which the last is looked at. */
export const MAX_REPEATS = 1000

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const headers = z.record(z.string(), z.union([text, z.array(text)]))
const status = z.int().min(100).max(599)

const request = z.strictObject({
  method: z.string().min(1).default('GET').describe('Default GET.'),
  url: z.string().min(1).default('/').describe('Path and query, or a whole URL of the endpoint. Default /.'),
  version: z.enum(['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0']).optional().describe('Default HTTP/1.1.'),
  headers: headers
    .default({})
    .describe('Fields; a list is several lines. Host is that of the endpoint unless it is here.'),
  body: text.optional(),
})

const tls = z.strictObject({
  version: z.enum(['1.2', '1.3']).default('1.3'),
  cipher_suite: z.string().default('TLS_AES_128_GCM_SHA256'),
  sni: z.string().optional().describe('Default the host of the endpoint.'),
  alpn: z.string().optional(),
  ja4_fingerprint: z.string().optional(),
})

const connection = z.strictObject({
  client_ip: z.string().default('192.0.2.1').describe('Default 192.0.2.1.'),
  client_port: z.int().min(0).max(65_535).default(50_000),
  server_ip: z.string().default('198.51.100.1'),
  server_port: z.int().min(0).max(65_535).optional().describe('Default that of the endpoint.'),
  server_region: z.string().default(''),
  tls: z
    .union([tls, z.literal(false)])
    .optional()
    .describe('Default what the endpoint speaks; false for none.'),
})

const upstream = z.strictObject({
  status: status.default(200).describe('What the upstream answers. Default 200.'),
  headers: headers.default({}),
  body: text.default(''),
  offline: z.boolean().default(false).describe('There is no answer.'),
})

const wantedHeaders = z.record(z.string(), z.union([text, z.array(text), z.null()]))

const expected = z.strictObject({
  outcome: z
    .enum(['forward', 'respond', 'refuse', 'close', 'forward-internal'])
    .optional()
    .describe('Who has the last word on the request: the upstream, or the policy.'),
  status: status.optional().describe('What the visitor gets.'),
  code: z.string().optional().describe('Code of a refusal, as ERR_TUNNEL_3205.'),
  headers: wantedHeaders.optional().describe('Fields of the answer; null for one that is not there.'),
  body: text.optional(),
  url: z.string().optional().describe('Where forward-internal leads.'),
  request: z
    .strictObject({
      target: z.string().optional().describe('Path and query.'),
      host: z.string().optional(),
      headers: wantedHeaders.optional(),
      body: text.optional(),
    })
    .optional()
    .describe('What the upstream gets.'),
  rules: z
    .array(text)
    .optional()
    .describe('Rules that matched, in their order: by name, or as on_http_request/0 where one has none.'),
})

const location = z.strictObject({
  country_code: z.string().optional(),
  country: z.string().optional(),
  city: z.string().optional(),
  continent: z.string().optional(),
  subdivision: z.string().optional(),
  latitude: text.optional(),
  longitude: text.optional(),
  timezone: z.string().optional(),
  is_eu: z.boolean().optional(),
})

const world = {
  now: z.iso.datetime({ offset: true }).default('2026-01-01T00:00:00Z').describe('The time of every case.'),
  random: z.number().min(0).max(0.999_999).default(0.5).describe('What chance gives, 0 to below 1.'),
  secrets: z.record(z.string(), z.record(z.string(), z.string())).default({}).describe('Texts by vault and name.'),
  ips: z
    .record(
      z.string(),
      z.strictObject({
        location: location.optional(),
        categories: z.array(z.string()).optional(),
        as: z.strictObject({ number: z.int(), organization: z.string() }).optional(),
      }),
    )
    .default({})
    .describe('What is known of addresses.'),
  ip_policies: z
    .record(z.string(), z.array(z.strictObject({ action: z.enum(['allow', 'deny']), cidr: z.string() })))
    .default({}),
  fetches: z
    .record(
      z.string(),
      z.strictObject({ status: status.default(200), headers: headers.default({}), body: text.default('') }),
    )
    .default({})
    .describe('Answers to requests that the policy makes, by URL. Any other URL does not answer.'),
}

/** One request and what is to come of it. */
export const caseSchema = z.strictObject({
  name: text,
  request: request.prefault({}),
  connection: connection.prefault({}),
  upstream: upstream.prefault({}),
  repeat: z.int().min(1).max(MAX_REPEATS).default(1).describe('Sends the request so often; the last one is looked at.'),
  expect: expected,
})

/** A file of cases for `tunnel policy test`. */
export const casesSchema = z.strictObject({
  policy: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .describe('The policy: a path, relative to this file, or the policy itself.'),
  endpoint: z
    .strictObject({
      url: z.string().default('https://app.example.com').describe('Default https://app.example.com.'),
      binding: z.enum(['public', 'internal', 'kubernetes']).optional(),
    })
    .prefault({}),
  ...world,
  cases: z.array(caseSchema).min(1).max(MAX_CASES),
})

export type PolicyCases = z.output<typeof casesSchema>
export type PolicyCase = z.output<typeof caseSchema>
export type ExpectedOutcome = PolicyCase['expect']

/** JSON Schema (2020-12) of a file of cases; published as `@tunnel/traffic-policy/cases-schema.json`. */
export const policyCasesJsonSchema = (): Record<string, unknown> => ({
  title: 'Cases of a traffic policy',
  ...z.toJSONSchema(casesSchema, { io: 'input', unrepresentable: 'any' }),
})
