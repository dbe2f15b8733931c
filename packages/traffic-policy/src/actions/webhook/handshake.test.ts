import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { type VerifyWebhookOutcome, verifyWebhook } from '../verify-webhook.ts'
import type { WebhookDelivery } from './delivery.ts'
import type { WebhookProvider } from './providers.ts'

const base: WebhookDelivery = { method: 'POST', url: 'https://a.example/hook', headers: [], body: Buffer.alloc(0) }

function ask(provider: WebhookProvider, part: Partial<WebhookDelivery>, enforce = true): VerifyWebhookOutcome {
  return verifyWebhook({ provider, secret: 's3cret', enforce }, { ...base, ...part }, 0) as VerifyWebhookOutcome
}

const mac = (text: string) => createHmac('sha256', 's3cret').update(text)

test("answers Twitter's challenge", () => {
  const { response, error, results } = ask('twitter', {
    method: 'GET',
    url: 'https://a.example/hook?crc_token=abc-123',
  })
  expect(error).toBeUndefined()
  expect(results.verified).toBe(false)
  expect(response?.status).toBe(200)
  expect(JSON.parse(String(response?.body))).toEqual({ response_token: `sha256=${mac('abc-123').digest('base64')}` })
})

test("echoes Worldline's verification as text", () => {
  const { response } = ask('worldline', {
    method: 'GET',
    headers: ['X-GCS-Webhooks-Endpoint-Verification', 'hello <b>'],
  })
  expect(response).toMatchObject({ status: 200, headers: ['content-type', 'text/plain', 'content-length', '9'] })
  expect(String(response?.body)).toBe('hello <b>')
})

test("tells Xero's good intent from a bad one", () => {
  const body = Buffer.from('{"events":[]}')
  const good = ask('xero', { body, headers: ['x-xero-signature', mac('{"events":[]}').digest('base64')] })
  expect(good).toMatchObject({ response: { status: 200 }, results: { verified: true } })
  const bad = ask('xero', { body, headers: ['x-xero-signature', mac('x').digest('base64')] })
  expect(bad).toMatchObject({ response: { status: 401 }, results: { verified: false } })
  expect(ask('xero', { body }, false).response).toBeUndefined()
  const event = ask('xero', {
    body: Buffer.from('{"events":[1]}'),
    headers: ['x-xero-signature', mac('{"events":[1]}').digest('base64')],
  })
  expect(event).toEqual({ error: undefined, results: { verified: true } })
})

test("answers Zoom's validation", () => {
  const body = Buffer.from('{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}')
  const { response } = ask('zoom', { body })
  expect(JSON.parse(String(response?.body))).toEqual({
    plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
    encryptedToken: mac('qgg8vlvZRS6UYooatFL8Aw').digest('hex'),
  })
})

test('signs no challenge that could be a delivery', () => {
  const plainToken = 'v0:0:{"event":"meeting.started"}'
  const zoom = ask('zoom', {
    body: Buffer.from(JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } })),
  })
  expect(zoom.response).toBeUndefined()
  expect(zoom.error?.code).toBe('ERR_TUNNEL_3204')
  const url = `https://a.example/hook?crc_token=${encodeURIComponent('{"tweet_create_events":[]}')}`
  expect(ask('twitter', { method: 'GET', url }).response).toBeUndefined()
})

test('leaves the challenges of other providers to the upstream', () => {
  const { response, error } = ask('dropbox', { method: 'GET', url: 'https://a.example/hook?challenge=x' })
  expect(response).toBeUndefined()
  expect(error?.code).toBe('ERR_TUNNEL_3204')
})
