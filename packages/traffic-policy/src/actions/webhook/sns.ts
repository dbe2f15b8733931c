import { type KeyObject, verify, X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { fetchWithin, type PolicyClock, type PolicyFetch } from '../policy-fetch.ts'
import { jsonBody, type WebhookDelivery } from './delivery.ts'

/** The certificates that SNS signs with, by URL. */
export interface SnsCertificates {
  /** The public key, `undefined` if the URL is not one of SNS or gives no valid certificate. */
  key(url: string): Promise<KeyObject | undefined>
}

export interface SnsCertificatesOptions {
  /** @default 100 */
  maxCertificates?: number
  /** @default 5 s */
  fetchTimeoutMs?: number
  /** @default 64 KiB */
  maxBodyBytes?: number
  /**
   * How often certificates are asked for in a minute: anyone can send a message that names one.
   *
   * @default 30
   */
  maxFetchesPerMinute?: number
}

export type SnsFault =
  | 'no signature'
  | 'timestamp outside the tolerance'
  | 'topic is not the one of the secret'
  | 'certificate cannot be had'
  | 'signature does not match'

/** A message of SNS can be delivered again for an hour. */
const TOLERANCE_MS = 3600_000
const HOST = /^sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?$/
const SIGNED_FIELDS = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const
const ALGORITHMS: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' }

export function createSnsCertificates(
  fetch: PolicyFetch,
  clock: PolicyClock,
  options: SnsCertificatesOptions = {},
): SnsCertificates {
  const { maxCertificates = 100, fetchTimeoutMs = 5000, maxBodyBytes = 64 * 1024, maxFetchesPerMinute = 30 } = options
  const known = new BoundedMap<string, X509Certificate>(maxCertificates)
  const fetching = new Map<string, Promise<X509Certificate | undefined>>()
  let minute = 0
  let fetches = 0

  const mayFetch = () => {
    const now = Math.floor(clock.now() / 60_000)
    if (now !== minute) fetches = 0
    minute = now
    return ++fetches <= maxFetchesPerMinute
  }
  const fetchOne = async (url: string) => {
    const request = { method: 'GET', url, headers: ['host', new URL(url).host], body: undefined }
    try {
      const { status, body } = await fetchWithin(fetch, clock, request, { maxBodyBytes, timeoutMs: fetchTimeoutMs })
      if (status !== 200) return undefined
      const certificate = new X509Certificate(body)
      known.set(url, certificate)
      return certificate
    } catch {
      return undefined
    } finally {
      fetching.delete(url)
    }
  }
  const certificateOf = (url: string) => {
    const found = known.get(url) ?? fetching.get(url)
    if (found !== undefined || !mayFetch()) return found
    const one = fetchOne(url)
    fetching.set(url, one)
    return one
  }

  return {
    async key(url) {
      const certificate = isSnsUrl(url) ? await certificateOf(url) : undefined
      const isValid = certificate !== undefined && isInTime(certificate, clock.now())
      return isValid ? certificate.publicKey : undefined
    },
  }
}

/**
 * @param secrets Each the ARN of a topic or the id of an account; none for any topic.
 * @returns `undefined` if the message is of SNS.
 * @see Reference §6.3, row `sns`
 */
export async function checkSns(
  delivery: WebhookDelivery,
  secrets: readonly string[],
  certificates: SnsCertificates,
  nowMs: number,
): Promise<SnsFault | undefined> {
  const message = jsonBody(delivery)
  const signed = message && signedText(message)
  const { Signature, SignatureVersion, SigningCertURL, Timestamp, TopicArn } = message ?? {}
  const algorithm = ALGORITHMS[String(SignatureVersion)]
  if (signed === undefined || typeof Signature !== 'string' || typeof SigningCertURL !== 'string') return 'no signature'
  if (algorithm === undefined) return 'no signature'
  if (!(Math.abs(nowMs - Date.parse(String(Timestamp))) <= TOLERANCE_MS)) return 'timestamp outside the tolerance'
  if (!isOfTopic(String(TopicArn), secrets)) return 'topic is not the one of the secret'
  const key = await certificates.key(SigningCertURL)
  if (key === undefined) return 'certificate cannot be had'
  const isSigned = verify(algorithm, Buffer.from(signed, 'utf8'), key, Buffer.from(Signature, 'base64'))
  return isSigned ? undefined : 'signature does not match'
}

function signedText(message: Record<string, unknown>): string | undefined {
  const type = message.Type
  if (typeof type !== 'string' || !Object.hasOwn(SIGNED_FIELDS, type)) return undefined
  let text = ''
  for (const name of SIGNED_FIELDS[type as keyof typeof SIGNED_FIELDS]) {
    const value = message[name]
    if (typeof value === 'string') text += `${name}\n${value}\n`
    else if (value !== undefined || name !== 'Subject') return undefined
  }
  return text
}

/** `arn:aws:sns:region:account:topic` */
function isOfTopic(arn: string, secrets: readonly string[]): boolean {
  return secrets.length === 0 || secrets.includes(arn) || secrets.includes(arn.split(':')[4] ?? '')
}

function isSnsUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host, username, pathname, search } = new URL(text)
  return (
    protocol === 'https:' && HOST.test(host) && username === '' && search === '' && /^\/[\w-]+\.pem$/.test(pathname)
  )
}

function isInTime({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo)
}
