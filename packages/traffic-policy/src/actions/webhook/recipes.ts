import { targetOfDelivery } from './delivery.ts'
import { body, DEFAULT_TOLERANCE_SECONDS, field, method, type Recipe, secret, time, url } from './recipe.ts'
import {
  form,
  header,
  json,
  listed,
  numbered,
  of,
  pair,
  pairs,
  plain,
  type Signatures,
  type Text,
  tagged,
  where,
} from './sources.ts'
import {
  contentfulHeaders,
  hubspotUrl,
  plivoUrl,
  sortedForm,
  twilioBody,
  urlWithoutQuery,
  withAndWithoutPort,
} from './url-signatures.ts'

type Mac = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512'

/** A MAC of the body alone. */
function ofBody(signatures: Signatures, encoding: 'hex' | 'base64', mac: Mac = 'hmac-sha256'): Recipe {
  return { signatures, mac, encoding, message: [body] }
}

/** The recommendation of the Standard Webhooks specification, with these header names. */
function standardWebhooks(prefix: string): Recipe {
  return {
    signatures: tagged(`${prefix}-signature`, 'v1'),
    mac: 'hmac-sha256',
    encoding: 'base64',
    key: 'whsec',
    message: [field(header(`${prefix}-id`)), '.', time, '.', body],
    time: { text: header(`${prefix}-timestamp`), unit: 's', toleranceSeconds: 300 },
  }
}

/** `t=…,v1=…` over `t.body`, in seconds. */
function timedPairs(
  name: string | readonly string[],
  keys: string | readonly string[],
  toleranceSeconds: number,
  timeKey = 't',
): Recipe {
  return {
    signatures: pairs(name, keys),
    mac: 'hmac-sha256',
    encoding: 'hex',
    message: [time, '.', body],
    time: { text: pair(name, timeKey), unit: 's', toleranceSeconds },
  }
}

/** `v0=…` over `v0:t:body`, as Slack does it. */
function versioned(name: string, version: string, at: Text, unit: 's' | 'iso' = 's'): Recipe {
  return {
    signatures: plain(name, `${version}=`),
    mac: 'hmac-sha256',
    encoding: 'hex',
    message: [`${version}:`, time, ':', body],
    time: { text: at, unit, toleranceSeconds: 300 },
  }
}

/** The signature is over a token and its time, wherever they are: the rest of the body is not covered. */
function mailgunToken(text: (name: string) => Text): Recipe {
  return {
    signatures: of(text('signature')),
    mac: 'hmac-sha256',
    encoding: 'hex',
    message: [time, field(text('token'))],
    time: { text: text('timestamp'), unit: 's', toleranceSeconds: DEFAULT_TOLERANCE_SECONDS },
  }
}

const META: readonly Recipe[] = [
  ofBody(plain('x-hub-signature-256', 'sha256='), 'hex'),
  ofBody(plain('x-hub-signature', 'sha1='), 'hex', 'hmac-sha1'),
]

/**
 * Every provider but `sns`, whose signatures need a certificate that is fetched.
 *
 * @see Reference §6.3; the providers' own documentation of their signatures
 */
export const webhookRecipes = {
  aftership: [ofBody(plain(['aftership-hmac-sha256', 'as-signature-hmac-sha256', 'am-webhook-signature']), 'base64')],
  airship: [
    {
      signatures: plain('x-ua-signature'),
      mac: 'hmac-sha256',
      encoding: 'hex',
      message: [time, ':', body],
      time: { text: header('x-ua-timestamp'), unit: 's', toleranceSeconds: 300 },
    },
  ],
  alchemy: [ofBody(plain('x-alchemy-signature'), 'hex')],
  autodesk: [ofBody(plain('x-adsk-signature', 'sha1hash='), 'hex', 'hmac-sha1')],
  bitbucket: [ofBody(plain('x-hub-signature', 'sha256='), 'hex')],
  bolt: [ofBody(plain('x-bolt-hmac-sha256'), 'base64')],
  box: [
    {
      signatures: plain(['box-signature-primary', 'box-signature-secondary']),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [body, time],
      time: { text: header('box-delivery-timestamp'), unit: 'iso', toleranceSeconds: 600 },
    },
  ],
  brex: [standardWebhooks('webhook')],
  buildkite: [timedPairs('x-buildkite-signature', 'signature', 300, 'timestamp')],
  calendly: [timedPairs('calendly-webhook-signature', 'v1', 180)],
  castle: [ofBody(plain('x-castle-signature'), 'base64')],
  chargify: [ofBody(plain('x-chargify-webhook-signature-hmac-sha-256'), 'hex')],
  circleci: [ofBody(pairs('circleci-signature', 'v1'), 'hex')],
  clearbit: [ofBody(plain('x-request-signature', 'sha1='), 'hex', 'hmac-sha1')],
  clerk: [standardWebhooks('svix')],
  coinbase: [ofBody(plain('x-cc-webhook-signature'), 'hex')],
  contentful: [
    {
      signatures: plain('x-contentful-signature'),
      mac: 'hmac-sha256',
      encoding: 'hex',
      message: [method, '\n', targetOfDelivery, '\n', contentfulHeaders, '\n', body],
      time: { text: header('x-contentful-timestamp'), unit: 'ms', toleranceSeconds: DEFAULT_TOLERANCE_SECONDS },
    },
  ],
  docusign: [ofBody(numbered('x-docusign-signature-'), 'base64')],
  dropbox: [ofBody(plain('x-dropbox-signature'), 'hex')],
  facebook_graph_api: META,
  facebook_messenger: META,
  frameio: [versioned('x-frameio-signature', 'v0', header('x-frameio-request-timestamp'))],
  github: [ofBody(plain('x-hub-signature-256', 'sha256='), 'hex')],
  gitlab: [
    { signatures: plain('x-gitlab-token'), mac: 'equal', encoding: 'text', message: [] },
    standardWebhooks('webhook'),
  ],
  go1: [timedPairs('go1-signature', 'v1', 60)],
  graphcms: [
    {
      signatures: pairs('gcms-signature', 'sign'),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [
        '{"Body":',
        (delivery) => JSON.stringify(delivery.body.toString('utf8')),
        ',"EnvironmentName":',
        (delivery) => JSON.stringify(pair('gcms-signature', 'env')(delivery)),
        ',"TimeStamp":',
        time,
        '}',
      ],
      time: { text: pair('gcms-signature', 't'), unit: 'ms', toleranceSeconds: DEFAULT_TOLERANCE_SECONDS },
    },
  ],
  heroku: [ofBody(plain('heroku-webhook-hmac-sha256'), 'base64')],
  hostedhooks: [
    timedPairs(['hostedhooks-signature', 'http_hostedhooks_signature'], ['s', 'v1'], DEFAULT_TOLERANCE_SECONDS),
  ],
  hubspot: [
    {
      signatures: plain('x-hubspot-signature-v3'),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [method, hubspotUrl, body, time],
      time: { text: header('x-hubspot-request-timestamp'), unit: 'ms', toleranceSeconds: 300 },
    },
    {
      signatures: where('x-hubspot-signature-version', ['v2'], plain('x-hubspot-signature')),
      mac: 'sha256',
      encoding: 'hex',
      message: [secret, method, url, body],
    },
    {
      signatures: where('x-hubspot-signature-version', ['v1', undefined], plain('x-hubspot-signature')),
      mac: 'sha256',
      encoding: 'hex',
      message: [secret, body],
    },
  ],
  instagram: META,
  intercom: [ofBody(plain('x-hub-signature', 'sha1='), 'hex', 'hmac-sha1')],
  jira: [ofBody(plain('x-hub-signature', 'sha256='), 'hex')],
  launch_darkly: [ofBody(plain('x-ld-signature'), 'hex')],
  linear: [
    {
      ...ofBody(plain('linear-signature'), 'hex'),
      time: { text: json('webhookTimestamp'), unit: 'ms', toleranceSeconds: 60, isOptional: true },
    },
  ],
  mailchimp: [
    { signatures: plain('x-mandrill-signature'), mac: 'hmac-sha1', encoding: 'base64', message: [url, sortedForm] },
  ],
  mailgun: [mailgunToken((name) => json('signature', name)), mailgunToken((name) => form(name))],
  microsoft_teams: [{ ...ofBody(plain('authorization', 'HMAC '), 'base64'), key: 'base64' }],
  modern_treasury: [ofBody(plain('x-signature'), 'hex')],
  mongodb: [
    ofBody(plain('x-mms-signature'), 'base64', 'hmac-sha1'),
    ofBody(plain('x-hook-signature', 'sha256='), 'hex'),
  ],
  mux: [timedPairs('mux-signature', 'v1', 300)],
  orb: [versioned('x-orb-signature', 'v1', header('x-orb-timestamp'), 'iso')],
  orbit: [ofBody(plain('x-orbit-signature'), 'hex')],
  pagerduty: [ofBody(pairs('x-pagerduty-signature', 'v1'), 'hex')],
  pinwheel: [versioned('x-pinwheel-signature', 'v2', header('x-timestamp'))],
  plivo: [
    {
      signatures: listed(['x-plivo-signature-v3', 'x-plivo-signature-ma-v3']),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [plivoUrl, '.', field(header('x-plivo-signature-v3-nonce'))],
    },
    {
      signatures: listed(['x-plivo-signature-v2', 'x-plivo-signature-ma-v2']),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [urlWithoutQuery, field(header('x-plivo-signature-v2-nonce'))],
    },
  ],
  pusher: [ofBody(plain('x-pusher-signature'), 'hex')],
  sendgrid: [
    {
      signatures: plain('x-twilio-email-event-webhook-signature'),
      mac: 'ecdsa-sha256',
      encoding: 'base64',
      key: 'spki',
      message: [time, body],
      time: {
        text: header('x-twilio-email-event-webhook-timestamp'),
        unit: 's',
        toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
      },
    },
  ],
  sentry: [ofBody(plain('sentry-hook-signature'), 'hex')],
  shopify: [ofBody(plain('x-shopify-hmac-sha256'), 'base64')],
  signal_sciences: [ofBody(plain('x-sigsci-signature'), 'hex')],
  slack: [versioned('x-slack-signature', 'v0', header('x-slack-request-timestamp'))],
  sonatype: [ofBody(plain('x-nexus-webhook-signature'), 'hex', 'hmac-sha1')],
  square: [
    {
      signatures: plain('x-square-hmacsha256-signature'),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [url, body],
    },
    { signatures: plain('x-square-signature'), mac: 'hmac-sha1', encoding: 'base64', message: [url, body] },
  ],
  stripe: [timedPairs('stripe-signature', 'v1', 300)],
  svix: [standardWebhooks('svix'), standardWebhooks('webhook')],
  terraform: [ofBody(plain('x-tfe-notification-signature'), 'hex', 'hmac-sha512')],
  tiktok: [timedPairs('tiktok-signature', 's', 300)],
  trendmicro_conformity: [ofBody(plain('x-trendmicro-signature'), 'hex')],
  twilio: [
    {
      signatures: plain('x-twilio-signature'),
      mac: 'hmac-sha1',
      encoding: 'base64',
      message: [url, twilioBody],
      urlForms: withAndWithoutPort,
    },
  ],
  twitter: [ofBody(plain('x-twitter-webhooks-signature', 'sha256='), 'base64')],
  typeform: [ofBody(plain('typeform-signature', 'sha256='), 'base64')],
  vmware: [
    {
      signatures: plain('authorization', 'Basic '),
      mac: 'equal',
      encoding: 'base64',
      key: 'user-password',
      message: [],
    },
  ],
  webex: [ofBody(plain('x-spark-signature'), 'hex', 'hmac-sha1')],
  whatsapp: META,
  worldline: [ofBody(plain('x-gcs-signature'), 'base64')],
  xero: [ofBody(plain('x-xero-signature'), 'base64')],
  zendesk: [
    {
      signatures: plain('x-zendesk-webhook-signature'),
      mac: 'hmac-sha256',
      encoding: 'base64',
      message: [time, body],
      time: {
        text: header('x-zendesk-webhook-signature-timestamp'),
        unit: 'iso',
        toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
      },
    },
  ],
  zoom: [versioned('x-zm-signature', 'v0', header('x-zm-request-timestamp'))],
} as const satisfies Record<string, readonly Recipe[]>
