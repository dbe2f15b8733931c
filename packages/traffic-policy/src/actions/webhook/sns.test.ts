import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@tunnel/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PolicyFetch } from '../policy-fetch.ts'
import { verifyWebhook } from '../verify-webhook.ts'
import { createSnsCertificates } from './sns.ts'

const directory = mkdtempSync(join(tmpdir(), 'tunnel-sns-'))
const key = join(directory, 'key.pem')
let certificate: Buffer
const URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem'
const ARN = 'arn:aws:sns:eu-west-1:123456789012:orders'

beforeAll(() => {
  const file = join(directory, 'cert.pem')
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', file, '-days', '30', '-subj', '/CN=sns'],
    { stdio: 'ignore' },
  )
  certificate = readFileSync(file)
})
afterAll(() => rmSync(directory, { recursive: true }))

const message = {
  Type: 'Notification',
  MessageId: '22b80b92',
  TopicArn: ARN,
  Subject: 'My First Message',
  Message: 'Hello world!',
  Timestamp: '',
  SignatureVersion: '2',
  SigningCertURL: URL,
}
// A minute on: the certificate is valid from when it was made, in whole seconds.
const atMs = Date.now() + 60_000

function signed(changes: Record<string, unknown> = {}, digest = 'sha256') {
  const all = { ...message, Timestamp: new Date(atMs).toISOString(), ...changes }
  const subject = all.Subject === undefined ? '' : `Subject\n${all.Subject}\n`
  const text = `Message\n${all.Message}\nMessageId\n${all.MessageId}\n${subject}Timestamp\n${all.Timestamp}\nTopicArn\n${all.TopicArn}\nType\n${all.Type}\n`
  const input = join(directory, 'text')
  writeFileSync(input, text)
  return { ...all, Signature: execFileSync('openssl', ['dgst', `-${digest}`, '-sign', key, input]).toString('base64') }
}

function setup() {
  const clock = new ManualClock(atMs)
  const asked: string[] = []
  const fetch: PolicyFetch = async ({ url }) => {
    asked.push(url)
    return { status: 200, headers: [], body: certificate, resolvedIp: '' }
  }
  const certificates = createSnsCertificates(fetch, clock)
  const verify = async (body: unknown, secret = '') => {
    const delivery = { method: 'POST', url: 'https://a.example/', headers: [], body: Buffer.from(JSON.stringify(body)) }
    return (await verifyWebhook({ provider: 'sns', secret, enforce: true }, delivery, clock.now(), certificates))
      .results
  }
  return { clock, asked, verify }
}

test('verifies messages of both signature versions, and fetches their certificate once', async () => {
  const { verify, asked } = setup()
  expect(await verify(signed())).toEqual({ verified: true })
  expect(await verify(signed({ SignatureVersion: '1', Subject: undefined }, 'sha1'))).toEqual({ verified: true })
  expect(asked).toEqual([URL])
})

test('refuses a message that was changed', async () => {
  const { verify } = setup()
  expect(await verify({ ...signed(), Message: 'Hello' })).toMatchObject({ verified: false })
})

test('refuses another topic than the one of the secret', async () => {
  const { verify } = setup()
  expect(await verify(signed(), ARN)).toEqual({ verified: true })
  expect(await verify(signed(), '123456789012')).toEqual({ verified: true })
  expect(await verify(signed(), '999999999999')).toMatchObject({ verified: false })
})

test('refuses a message an hour after it was sent', async () => {
  const { clock, verify } = setup()
  const one = signed()
  clock.advance(3600_001)
  expect(await verify(one)).toMatchObject({ verified: false, error: { message: expect.stringContaining('tolerance') } })
})

test('refuses a message whose certificate has expired', async () => {
  const { clock, verify } = setup()
  const later = (days: number) => signed({ Timestamp: new Date(atMs + days * 86_400_000).toISOString() })
  clock.advance(29 * 86_400_000)
  expect(await verify(later(29))).toEqual({ verified: true })
  clock.advance(2 * 86_400_000)
  expect(await verify(later(31))).toMatchObject({ verified: false })
})

test.each([
  'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
  'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
  'http://sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
  'https://user@sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com/../a.pem?x.pem',
  'https://mysns.eu-west-1.amazonaws.com/a.pem',
])('fetches no certificate from %s', async (SigningCertURL) => {
  const { verify, asked } = setup()
  expect(await verify(signed({ SigningCertURL }))).toMatchObject({ verified: false })
  expect(asked).toEqual([])
})

test('refuses a message whose certificate cannot be fetched, and one without a signature', async () => {
  const fetch: PolicyFetch = () => Promise.reject(new Error('down'))
  const certificates = createSnsCertificates(fetch, new ManualClock(atMs))
  for (const body of [JSON.stringify(signed()), '{}', 'null', '{"Type":"__proto__"}']) {
    const delivery = { method: 'POST', url: 'https://a.example/', headers: [], body: Buffer.from(body) }
    const { error } = await verifyWebhook({ provider: 'sns', secret: '', enforce: true }, delivery, atMs, certificates)
    expect(error?.code).toBe('ERR_TUNNEL_3204')
  }
})

test('asks for a certificate once for messages at the same time, and no more than so often in a minute', async () => {
  const clock = new ManualClock(0)
  let asked = 0
  const fetch: PolicyFetch = async () => {
    asked++
    throw new Error('no such certificate')
  }
  const certificates = createSnsCertificates(fetch, clock, { maxFetchesPerMinute: 3 })
  await Promise.all([certificates.key(URL), certificates.key(URL)])
  expect(asked).toBe(1)
  for (let at = 0; at < 10; at++) await certificates.key(`https://sns.eu-west-1.amazonaws.com/x-${at}.pem`)
  expect(asked).toBe(3)
  clock.advance(60_000)
  await certificates.key(URL)
  expect(asked).toBe(4)
})
