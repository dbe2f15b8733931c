import { createHash, generateKeyPairSync, sign as signAsymmetric } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type VerifyWebhookOutcome, verifyWebhook } from '../src/actions/verify-webhook.ts'
import type { WebhookDelivery } from '../src/actions/webhook/delivery.ts'
import { type WebhookProvider, webhookProvider, webhookProviders } from '../src/actions/webhook/providers.ts'
import { type DeliveryExample, deliveryExamples, NOW_MS, sign } from './webhook-deliveries.ts'

const MAILGUN = deliveryExamples.find(({ provider }) => provider === 'mailgun')!
const WITH_MACS = deliveryExamples.filter(({ provider }) => provider !== 'mailgun')

function delivery({ method = 'POST', url = '', body }: Partial<DeliveryExample>, headers: string[]): WebhookDelivery {
  return { method, url, headers, body: Buffer.from(body ?? '', 'utf8') }
}

function verified(
  provider: string,
  secret: string,
  one: WebhookDelivery,
  nowMs = NOW_MS,
  enforce = true,
): VerifyWebhookOutcome {
  return verifyWebhook({ provider: provider as WebhookProvider, secret, enforce }, one, nowMs) as VerifyWebhookOutcome
}

describe('a delivery that openssl signed', () => {
  test.each(WITH_MACS.map((row) => [`${row.provider} ${row.variant ?? ''}`, row] as const))('%s', (_, row) => {
    const one = delivery(row, row.headers(sign(row)))
    expect(verified(row.provider, row.secret, one)).toEqual({ error: undefined, results: { verified: true } })

    const rotated = verified(row.provider, `another secret\n${row.secret}`, one)
    expect(rotated.results.verified).toBe(true)

    const withAnotherSecret = verified(row.provider, 'bm90IHRoZSBzZWNyZXQ=', one)
    expect(withAnotherSecret.results).toMatchObject({ verified: false, error: { code: 'ERR_TUNNEL_3204' } })
    expect(withAnotherSecret.response?.status ?? withAnotherSecret.error?.status).toBe(
      row.provider === 'xero' ? 401 : 403,
    )

    const changed = {
      ...one,
      body: Buffer.concat([one.body, Buffer.from('&x=1')]),
      url: one.url.replace('.com', '.org'),
    }
    expect(verified(row.provider, row.secret, changed).results.verified).toBe(false)

    const { tolerance } = row
    if (tolerance === undefined) return
    for (const late of [tolerance * 1000, -tolerance * 1000])
      expect(verified(row.provider, row.secret, one, NOW_MS + late).results.verified).toBe(true)
    for (const late of [tolerance * 1000 + 1, -tolerance * 1000 - 1])
      expect(verified(row.provider, row.secret, one, NOW_MS + late).results.error?.message).toContain('tolerance')
  })
})

test('there are 69 providers and each has a test', () => {
  const tested = new Set([...deliveryExamples.map(({ provider }) => provider), 'sendgrid', 'sns', 'vmware'])
  expect(webhookProviders).toHaveLength(69)
  expect([...tested].sort()).toEqual(webhookProviders)
})

test('knows the other spellings of providers, and nothing of the prototype', () => {
  expect(webhookProvider('hygraph')).toBe('graphcms')
  expect(webhookProvider('stripe')).toBe('stripe')
  for (const name of ['constructor', '__proto__', 'Stripe', 'okta']) expect(webhookProvider(name)).toBeUndefined()
})

describe('published examples', () => {
  test('GitHub', () => {
    const signature = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const one = delivery({ body: 'Hello, World!' }, ['X-Hub-Signature-256', `sha256=${signature}`])
    expect(verified('github', "It's a Secret to Everybody", one).results.verified).toBe(true)
  })

  test('Slack', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
    const one = delivery({ body }, ['X-Slack-Request-Timestamp', '1531420618', 'X-Slack-Signature', signature])
    expect(verified('slack', '8f742231b10e8888abcd99yyyzzz85a5', one, 1_531_420_618_000).results.verified).toBe(true)
  })

  test('Svix', () => {
    const headers = [
      ...['svix-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'svix-timestamp', '1614265330'],
      ...['svix-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ]
    const one = delivery({ body: '{"test": 2432232314}' }, headers)
    expect(verified('svix', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', one, 1_614_265_330_000).results.verified).toBe(
      true,
    )
  })

  test('Twilio', () => {
    const body = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212'
    const headers = [
      'content-type',
      'application/x-www-form-urlencoded',
      'X-Twilio-Signature',
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    ]
    const one = delivery({ url: 'https://mycompany.com/myapp.php?foo=1&bar=2', body }, headers)
    expect(verified('twilio', '12345', one).results.verified).toBe(true)
  })
})

describe('providers of another kind', () => {
  test('mailgun signs a token in a JSON body or a form', () => {
    const signature = sign(MAILGUN)
    const token = MAILGUN.signed.slice(10)
    const json = JSON.stringify({ signature: { timestamp: '1714564800', token, signature }, 'event-data': {} })
    expect(verified('mailgun', MAILGUN.secret, delivery({ body: json }, [])).results.verified).toBe(true)
    const form = delivery({ body: `timestamp=1714564800&token=${token}&signature=${signature}` }, [
      ...['content-type', 'application/x-www-form-urlencoded'],
    ])
    expect(verified('mailgun', MAILGUN.secret, form).results.verified).toBe(true)
    expect(verified('mailgun', MAILGUN.secret, form, NOW_MS + 181_000).results.verified).toBe(false)
  })

  test('gitlab sends its secret', () => {
    expect(verified('gitlab', 'tok', delivery({}, ['X-Gitlab-Token', 'tok'])).results.verified).toBe(true)
    expect(verified('gitlab', 'tok', delivery({}, ['X-Gitlab-Token', 'toc'])).results.verified).toBe(false)
  })

  test('vmware sends user and password', () => {
    const one = delivery({}, ['Authorization', `Basic ${Buffer.from('hook:pass:word').toString('base64')}`])
    expect(verified('vmware', 'hook::pass:word', one).results.verified).toBe(true)
    expect(verified('vmware', 'hook:pass:word', one).results.verified).toBe(true)
    expect(verified('vmware', 'hook:password', one).results.verified).toBe(false)
  })

  test('hubspot signs versions 1 and 2 with a plain hash', () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    const one = (version: string, signature: string) =>
      delivery({ url: 'https://a.example/x', body: '{}' }, [
        ...['X-HubSpot-Signature', signature, 'X-HubSpot-Signature-Version', version],
      ])
    expect(verified('hubspot', 's3cret', one('v1', hash('s3cret{}'))).results.verified).toBe(true)
    expect(verified('hubspot', 's3cret', one('v2', hash('s3cretPOSThttps://a.example/x{}'))).results.verified).toBe(
      true,
    )
    expect(verified('hubspot', 's3cret', one('v2', hash('s3cret{}'))).results.verified).toBe(false)
  })

  test('sendgrid signs with an elliptic curve', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const secret = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const signature = signAsymmetric('sha256', Buffer.from('1714564800[{}]\r\n'), privateKey).toString('base64')
    const one = delivery({ body: '[{}]\r\n' }, [
      ...['X-Twilio-Email-Event-Webhook-Signature', signature],
      ...['X-Twilio-Email-Event-Webhook-Timestamp', '1714564800'],
    ])
    expect(verified('sendgrid', secret, one).results.verified).toBe(true)
    expect(verified('sendgrid', secret, { ...one, body: Buffer.from('[{}]') }).results.verified).toBe(false)
    expect(verified('sendgrid', 'not a key', one).results.verified).toBe(false)
  })
})

describe('refuses', () => {
  const github = WITH_MACS.find(({ provider }) => provider === 'github')!

  test('a delivery without a signature, and tells why', () => {
    const { error, results } = verified('github', 'x', delivery({ body: '{}' }, []))
    expect(error?.message).toBe('webhook is not verified: no signature')
    expect(results).toEqual({ verified: false, error: { code: 'ERR_TUNNEL_3204', message: error?.message } })
  })

  test('a secret that is no key: it would be the empty one', () => {
    const row = { ...github, secret: '', keyHex: '00', signed: 'a' }
    const teams = delivery({ body: 'a' }, ['Authorization', `HMAC ${sign({ ...row, encoding: 'base64' })}`])
    expect(verified('microsoft_teams', '!!!', teams).results.verified).toBe(false)
    expect(
      verified('github', ' \n ', delivery({ body: 'a' }, ['X-Hub-Signature-256', `sha256=${sign(row)}`])).results
        .verified,
    ).toBe(false)
  })

  test('sha1 for github, which has sha256', () => {
    const row = { ...github, digest: 'sha1' } as const
    const one = delivery(row, ['X-Hub-Signature', `sha1=${sign(row)}`])
    expect(verified('github', row.secret, one).results.verified).toBe(false)
  })

  test('a hubspot v2 signature beside a v3 one that does not match', () => {
    const hash = createHash('sha256').update('s3cretPOSThttps://a.example/x{}').digest('hex')
    const headers = [
      ...['X-HubSpot-Signature', hash, 'X-HubSpot-Signature-Version', 'v2'],
      ...['X-HubSpot-Signature-v3', 'bm8=', 'X-HubSpot-Request-Timestamp', String(NOW_MS)],
    ]
    expect(
      verified('hubspot', 's3cret', delivery({ url: 'https://a.example/x', body: '{}' }, headers)).results.verified,
    ).toBe(false)
  })

  test('nothing if enforce is off, and still says what is wrong', () => {
    const { error, results } = verified('github', 'x', delivery({}, []), NOW_MS, false)
    expect(error).toBeUndefined()
    expect(results.verified).toBe(false)
  })

  test('whatever headers and bodies a stranger makes up, without an exception', () => {
    const names = [...new Set(deliveryExamples.flatMap((row) => row.headers('00').filter((_, at) => at % 2 === 0)))]
    const value = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom('t=1,v1=00', 'v0=zz', 'sha256=', 'sha256=%', 'v1,==', 'Basic ====', '-1', 'NaN', '9'.repeat(40)),
    )
    const headers = fc.array(fc.tuple(fc.constantFrom(...names), value)).map((list) => list.flat())
    const text = fc.oneof(fc.string(), fc.json(), fc.constant('%'), fc.constant('{"signature":null}'))
    const providers = fc.constantFrom(...webhookProviders.filter((name) => name !== 'sns'))
    fc.assert(
      fc.property(providers, headers, text, (provider, list, body) => {
        const url = `https://a.example/?${body.slice(0, 20)}`
        const { results } = verified(provider, 'right secret', delivery({ url, body }, list))
        expect(results.verified).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
