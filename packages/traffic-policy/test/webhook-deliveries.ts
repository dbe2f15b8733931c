import { execFileSync } from 'node:child_process'

/** A delivery as a provider documents it: what it signs is spelled out here, and signed by openssl. */
export interface DeliveryExample {
  provider: string
  secret: string
  /** The key in hex, where it is not the secret's UTF-8. */
  keyHex?: string
  digest: 'sha1' | 'sha256' | 'sha512'
  encoding: 'hex' | 'base64'
  signed: string
  method?: string
  url?: string
  headers: (signature: string) => string[]
  body: string
  /** How long the delivery is good for, in seconds; none if its time is not signed. */
  tolerance?: number
  variant?: string
}

/** The moment of all examples, 2024-05-01T12:00:00Z. */
export const NOW_MS = 1_714_564_800_000
const S = '1714564800'
const MS = '1714564800000'
const ISO = '2024-05-01T12:00:00Z'
const BODY = '{"event":"created","name":"Zoë \\u00e9"}'
const URL = 'https://app.example.com/hooks/in?team=7'
const SECRET = 'correct horse battery'

export function sign({ digest, encoding, secret, keyHex, signed }: DeliveryExample): string {
  const key = keyHex ?? Buffer.from(secret, 'utf8').toString('hex')
  const mac = execFileSync('openssl', ['dgst', `-${digest}`, '-mac', 'HMAC', '-macopt', `hexkey:${key}`, '-binary'], {
    input: signed,
  })
  return mac.toString(encoding)
}

type Row = Partial<DeliveryExample> & Pick<DeliveryExample, 'provider' | 'headers'>

function example(row: Row): DeliveryExample {
  return { secret: SECRET, digest: 'sha256', encoding: 'hex', signed: BODY, body: BODY, url: URL, ...row }
}

/** A signature of the body alone in one header. */
function ofBody(
  provider: string,
  name: string,
  rest: Partial<DeliveryExample> & { prefix?: string } = {},
): DeliveryExample {
  const { prefix = '', ...other } = rest
  return example({ provider, headers: (signature) => [name, prefix + signature], ...other })
}

const base64 = { encoding: 'base64' } as const
const sha1 = { digest: 'sha1' } as const
const form = 'a=1&b=two+words&Z=%C3%A9'
const formType = ['Content-Type', 'application/x-www-form-urlencoded']
const whsecKey = '31c290f6bf06298aab4f08d43c3f082cf648a362da2da4b0'
const whsec = `whsec_${Buffer.from(whsecKey, 'hex').toString('base64')}`

function standard(provider: string, prefix: string): DeliveryExample {
  return example({
    provider,
    secret: whsec,
    keyHex: whsecKey,
    ...base64,
    signed: `msg_1.${S}.${BODY}`,
    headers: (signature) => [
      ...[`${prefix}-id`, 'msg_1', `${prefix}-timestamp`, S],
      ...[`${prefix}-signature`, `v1,bm9uZQ== v2,eHg= v1,${signature}`],
    ],
    tolerance: 300,
    variant: prefix,
  })
}

function meta(provider: string): DeliveryExample[] {
  return [
    ofBody(provider, 'X-Hub-Signature-256', { prefix: 'sha256=' }),
    ofBody(provider, 'X-Hub-Signature', { prefix: 'sha1=', ...sha1, variant: 'sha1' }),
  ]
}

export const deliveryExamples: readonly DeliveryExample[] = [
  ofBody('aftership', 'aftership-hmac-sha256', base64),
  ofBody('aftership', 'as-signature-hmac-sha256', { ...base64, variant: 'as' }),
  example({
    provider: 'airship',
    signed: `${S}:${BODY}`,
    headers: (signature) => ['X-UA-SIGNATURE', signature, 'X-UA-TIMESTAMP', S],
    tolerance: 300,
  }),
  ofBody('alchemy', 'X-Alchemy-Signature'),
  ofBody('autodesk', 'x-adsk-signature', { prefix: 'sha1hash=', ...sha1 }),
  ofBody('bitbucket', 'X-Hub-Signature', { prefix: 'sha256=' }),
  ofBody('bolt', 'X-Bolt-Hmac-Sha256', base64),
  example({
    provider: 'box',
    ...base64,
    signed: `${BODY}${ISO}`,
    headers: (signature) => [
      ...['BOX-SIGNATURE-PRIMARY', 'bm90IHRoaXMgb25l', 'BOX-SIGNATURE-SECONDARY', signature],
      ...['BOX-DELIVERY-TIMESTAMP', ISO],
    ],
    tolerance: 600,
  }),
  standard('brex', 'Webhook'),
  example({
    provider: 'buildkite',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['X-Buildkite-Signature', `timestamp=${S},signature=${signature}`],
    tolerance: 300,
  }),
  example({
    provider: 'calendly',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['Calendly-Webhook-Signature', `t=${S},v1=${signature}`],
    tolerance: 180,
  }),
  ofBody('castle', 'X-Castle-Signature', base64),
  ofBody('chargify', 'X-Chargify-Webhook-Signature-Hmac-Sha-256'),
  ofBody('circleci', 'circleci-signature', { prefix: 'v2=00,v1=' }),
  ofBody('clearbit', 'X-Request-Signature', { prefix: 'sha1=', ...sha1 }),
  standard('clerk', 'svix'),
  ofBody('coinbase', 'X-CC-Webhook-Signature'),
  example({
    provider: 'contentful',
    signed: `POST\n/hooks/in?team=7\nx-topic:Publish;x-contentful-timestamp:${MS}\n${BODY}`,
    headers: (signature) => [
      ...['X-Topic', 'Publish', 'x-contentful-timestamp', MS],
      ...['x-contentful-signed-headers', 'x-topic,x-contentful-timestamp', 'x-contentful-signature', signature],
    ],
    tolerance: 180,
  }),
  example({
    provider: 'docusign',
    ...base64,
    headers: (signature) => ['X-DocuSign-Signature-1', 'bm8=', 'X-DocuSign-Signature-2', signature],
  }),
  ofBody('dropbox', 'X-Dropbox-Signature'),
  ...meta('facebook_graph_api'),
  ...meta('facebook_messenger'),
  example({
    provider: 'frameio',
    signed: `v0:${S}:${BODY}`,
    headers: (signature) => ['X-Frameio-Signature', `v0=${signature}`, 'X-Frameio-Request-Timestamp', S],
    tolerance: 300,
  }),
  ofBody('github', 'X-Hub-Signature-256', { prefix: 'sha256=' }),
  standard('gitlab', 'webhook'),
  example({
    provider: 'go1',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['Go1-Signature', `t=${S},v1=${signature}`],
    tolerance: 60,
  }),
  example({
    provider: 'graphcms',
    ...base64,
    signed: `{"Body":${JSON.stringify(BODY)},"EnvironmentName":"master","TimeStamp":${MS}}`,
    headers: (signature) => ['gcms-signature', `sign=${signature}, env=master, t=${MS}`],
    tolerance: 180,
  }),
  ofBody('heroku', 'Heroku-Webhook-Hmac-SHA256', base64),
  example({
    provider: 'hostedhooks',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['Hostedhooks-Signature', `t=${S},s=${signature}`],
    tolerance: 180,
  }),
  example({
    provider: 'hubspot',
    ...base64,
    url: 'https://app.example.com/hooks?q=a%3Ab%2Fc%20d',
    signed: `POSThttps://app.example.com/hooks?q=a:b/c%20d${BODY}${MS}`,
    headers: (signature) => ['X-HubSpot-Signature-v3', signature, 'X-HubSpot-Request-Timestamp', MS],
    tolerance: 300,
    variant: 'v3',
  }),
  ...meta('instagram'),
  ofBody('intercom', 'X-Hub-Signature', { prefix: 'sha1=', ...sha1 }),
  ofBody('jira', 'X-Hub-Signature', { prefix: 'sha256=' }),
  ofBody('launch_darkly', 'X-LD-Signature'),
  example({
    provider: 'linear',
    body: `{"action":"create","webhookTimestamp":${MS}}`,
    signed: `{"action":"create","webhookTimestamp":${MS}}`,
    headers: (signature) => ['Linear-Signature', signature],
    tolerance: 60,
  }),
  example({
    provider: 'mailchimp',
    ...sha1,
    ...base64,
    body: form,
    signed: `${URL}Zéa1btwo words`,
    headers: (signature) => ['X-Mandrill-Signature', signature],
  }),
  example({
    provider: 'mailgun',
    signed: `${S}a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0`,
    body: 'see the test',
    headers: () => [],
    tolerance: 180,
  }),
  ofBody('microsoft_teams', 'Authorization', {
    prefix: 'HMAC ',
    ...base64,
    secret: Buffer.from('0123456789abcdef', 'hex').toString('base64'),
    keyHex: '0123456789abcdef',
  }),
  ofBody('modern_treasury', 'X-Signature'),
  ofBody('mongodb', 'X-MMS-Signature', { ...sha1, ...base64 }),
  ofBody('mongodb', 'X-Hook-Signature', { prefix: 'sha256=', variant: 'app services' }),
  example({
    provider: 'mux',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['Mux-Signature', `t=${S},v1=${signature}`],
    tolerance: 300,
  }),
  example({
    provider: 'orb',
    signed: `v1:${ISO}:${BODY}`,
    headers: (signature) => ['X-Orb-Signature', `v1=${signature}`, 'X-Orb-Timestamp', ISO],
    tolerance: 300,
  }),
  ofBody('orbit', 'X-Orbit-Signature'),
  ofBody('pagerduty', 'X-PagerDuty-Signature', { prefix: 'v1=00,v1=' }),
  example({
    provider: 'pinwheel',
    signed: `v2:${S}:${BODY}`,
    headers: (signature) => ['x-pinwheel-signature', `v2=${signature}`, 'x-timestamp', S],
    tolerance: 300,
  }),
  example({
    provider: 'plivo',
    ...base64,
    url: 'https://app.example.com/answer?b=2&a=1',
    body: 'To=200&From=100',
    signed: 'https://app.example.com/answer?a=1&b=2.From100To200.nonce-1',
    headers: (signature) => ['X-Plivo-Signature-V3', `bm8=,${signature}`, 'X-Plivo-Signature-V3-Nonce', 'nonce-1'],
    variant: 'v3 post',
  }),
  example({
    provider: 'plivo',
    ...base64,
    method: 'GET',
    url: 'https://app.example.com/answer?b=2&a=1',
    body: '',
    signed: 'https://app.example.com/answer?a=1&b=2.nonce-1',
    headers: (signature) => ['X-Plivo-Signature-Ma-V3', signature, 'X-Plivo-Signature-V3-Nonce', 'nonce-1'],
    variant: 'v3 get',
  }),
  example({
    provider: 'plivo',
    ...base64,
    signed: 'https://app.example.com/hooks/innonce-2',
    headers: (signature) => ['X-Plivo-Signature-V2', signature, 'X-Plivo-Signature-V2-Nonce', 'nonce-2'],
    variant: 'v2',
  }),
  ofBody('pusher', 'X-Pusher-Signature'),
  ofBody('sentry', 'Sentry-Hook-Signature'),
  ofBody('shopify', 'X-Shopify-Hmac-Sha256', base64),
  ofBody('signal_sciences', 'X-SigSci-Signature'),
  example({
    provider: 'slack',
    signed: `v0:${S}:${BODY}`,
    headers: (signature) => ['X-Slack-Signature', `v0=${signature}`, 'X-Slack-Request-Timestamp', S],
    tolerance: 300,
  }),
  ofBody('sonatype', 'X-Nexus-Webhook-Signature', sha1),
  ofBody('square', 'x-square-hmacsha256-signature', { ...base64, signed: `${URL}${BODY}` }),
  ofBody('square', 'X-Square-Signature', { ...sha1, ...base64, signed: `${URL}${BODY}`, variant: 'old' }),
  example({
    provider: 'stripe',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['Stripe-Signature', `t=${S},v0=00,v1=00,v1=${signature}`],
    tolerance: 300,
  }),
  standard('svix', 'svix'),
  standard('svix', 'webhook'),
  ofBody('terraform', 'X-TFE-Notification-Signature', { digest: 'sha512' }),
  example({
    provider: 'tiktok',
    signed: `${S}.${BODY}`,
    headers: (signature) => ['TikTok-Signature', `t=${S},s=${signature}`],
    tolerance: 300,
  }),
  ofBody('trendmicro_conformity', 'X-TrendMicro-Signature'),
  example({
    provider: 'twilio',
    ...sha1,
    ...base64,
    body: form,
    signed: `${URL}Zéa1btwo words`,
    headers: (signature) => [...formType, 'X-Twilio-Signature', signature],
    variant: 'form',
  }),
  example({
    provider: 'twilio',
    ...sha1,
    ...base64,
    body: form,
    signed: 'https://app.example.com:443/hooks/in?team=7Zéa1btwo words',
    headers: (signature) => [...formType, 'X-Twilio-Signature', signature],
    variant: 'form, port spelled out',
  }),
  example({
    provider: 'twilio',
    ...sha1,
    ...base64,
    url: 'https://app.example.com/x?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    body: '{}',
    signed: 'https://app.example.com/x?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    headers: (signature) => ['Content-Type', 'application/json', 'X-Twilio-Signature', signature],
    variant: 'json',
  }),
  ofBody('twitter', 'x-twitter-webhooks-signature', { prefix: 'sha256=', ...base64 }),
  ofBody('typeform', 'Typeform-Signature', { prefix: 'sha256=', ...base64 }),
  ofBody('webex', 'X-Spark-Signature', sha1),
  ...meta('whatsapp'),
  ofBody('worldline', 'X-GCS-Signature', base64),
  ofBody('xero', 'x-xero-signature', base64),
  example({
    provider: 'zendesk',
    ...base64,
    signed: `${ISO}${BODY}`,
    headers: (signature) => [
      ...['X-Zendesk-Webhook-Signature', signature],
      ...['X-Zendesk-Webhook-Signature-Timestamp', ISO],
    ],
    tolerance: 180,
  }),
  example({
    provider: 'zoom',
    signed: `v0:${S}:${BODY}`,
    headers: (signature) => ['x-zm-signature', `v0=${signature}`, 'x-zm-request-timestamp', S],
    tolerance: 300,
  }),
]
