import { createHmac } from 'node:crypto'
import type { HeaderList } from '@tunnel/http'
import { firstField } from '../header-fields.ts'
import { formFields, jsonBody, queryOf, type WebhookDelivery } from './delivery.ts'
import type { WebhookProvider } from './providers.ts'

/** An answer that the edge gives in the upstream's place; it ends the chain. */
export interface HandshakeResponse {
  status: number
  headers: HeaderList
  body: Buffer
}

/**
 * What a challenge may consist of. Its answer is a MAC under the secret that also signs deliveries: with other characters a stranger could have
 * a delivery of his own signed.
 */
const TOKEN = /^[A-Za-z0-9_\-+/=]{1,256}$/
const PRINTABLE = /^[\x20-\x7e]{1,1024}$/

/**
 * The answer to an endpoint verification, `undefined` if the delivery is none.
 *
 * @param isVerified Whether the delivery's signature passed: Xero asks whether it is told apart.
 * @see Reference §6.1 item 5, §6.3
 */
export function handshake(
  provider: WebhookProvider,
  delivery: WebhookDelivery,
  secret: string,
  isVerified: boolean,
): HandshakeResponse | undefined {
  switch (provider) {
    case 'twitter':
      return twitterAnswer(delivery, secret)
    case 'worldline':
      return worldlineAnswer(delivery)
    case 'xero':
      return xeroAnswer(delivery, isVerified)
    case 'zoom':
      return zoomAnswer(delivery, secret)
    default:
      return undefined
  }
}

function twitterAnswer({ method, url }: WebhookDelivery, secret: string): HandshakeResponse | undefined {
  const token = formFields(queryOf(url))?.find(([name]) => name === 'crc_token')?.[1]
  if (method !== 'GET' || token === undefined || !TOKEN.test(token)) return undefined
  const mac = createHmac('sha256', secret).update(token).digest('base64')
  return ok('application/json', JSON.stringify({ response_token: `sha256=${mac}` }))
}

function worldlineAnswer({ method, headers }: WebhookDelivery): HandshakeResponse | undefined {
  const value = firstField(headers, 'x-gcs-webhooks-endpoint-verification')
  return method === 'GET' && value !== undefined && PRINTABLE.test(value) ? ok('text/plain', value) : undefined
}

/** Its "intent to receive" has no events. Any delivery that does not pass is answered the same way. */
function xeroAnswer(delivery: WebhookDelivery, isVerified: boolean): HandshakeResponse | undefined {
  if (!isVerified) return { status: 401, headers: ['content-length', '0'], body: Buffer.alloc(0) }
  const events = jsonBody(delivery)?.events
  const isIntent = delivery.method === 'POST' && Array.isArray(events) && events.length === 0
  return isIntent ? { status: 200, headers: ['content-length', '0'], body: Buffer.alloc(0) } : undefined
}

function zoomAnswer(delivery: WebhookDelivery, secret: string): HandshakeResponse | undefined {
  const message = jsonBody(delivery)
  const payload = message?.payload
  if (message?.event !== 'endpoint.url_validation' || typeof payload !== 'object' || payload === null) return undefined
  const token = 'plainToken' in payload ? payload.plainToken : undefined
  if (typeof token !== 'string' || !TOKEN.test(token)) return undefined
  const mac = createHmac('sha256', secret).update(token).digest('hex')
  return ok('application/json', JSON.stringify({ plainToken: token, encryptedToken: mac }))
}

function ok(type: string, text: string): HandshakeResponse {
  const body = Buffer.from(text, 'utf8')
  return { status: 200, headers: ['content-type', type, 'content-length', String(body.length)], body }
}
