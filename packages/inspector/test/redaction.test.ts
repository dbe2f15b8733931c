import { describe, expect, test } from 'vitest'
import { compileRedaction, Inspector, type RedactionExpression, type RedactionRules } from '../src/index.ts'
import type { Capture } from '../src/store/capture.ts'
import { FakeEndpoint, requestHead } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

function captured(redact: RedactionRules, exchange: Parameters<FakeEndpoint['exchange']>[0]): Capture {
  const inspector = new Inspector({ redact })
  new FakeEndpoint(inspector).exchange(exchange)
  return inspector.store.newestFirst()[0] as Capture
}

const json = ['Content-Type', 'application/json']

test('headers and query parameters lose their values before they are stored', () => {
  const capture = captured(
    { headers: ['Authorization', 'x-key'], query: ['token'] },
    {
      target: '/a?token=s3cret&x=1&%74oken=s3cret',
      requestHeaders: ['authorization', 's3cret', 'Accept', '*/*'],
      responseHeaders: ['X-Key', 's3cret'],
    },
  )
  expect(JSON.stringify([capture.requestHead, capture.responseHead])).not.toContain('s3cret')
  expect(capture.requestHead?.target).toBe('/a?token=[redacted]&x=1&%74oken=[redacted]')
  expect(capture.requestHead?.headers).toContain('*/*')
})

describe('JSON members', () => {
  test.each([
    [
      ['password'],
      '{"user":{"password":"x","name":"n"},"password":1}',
      '{"user":{"password":"[redacted]","name":"n"},"password":"[redacted]"}',
    ],
    [['$.user.name'], '{"user":{"name":"n"},"name":"m"}', '{"user":{"name":"[redacted]"},"name":"m"}'],
    [
      ['$.items[*].card'],
      '{"items":[{"card":1},{"card":{"n":2}}]}',
      '{"items":[{"card":"[redacted]"},{"card":"[redacted]"}]}',
    ],
    [['$.items[1]'], '{"items":[1,2,3]}', '{"items":[1,"[redacted]",3]}'],
    [['$'], '{"a":1}', '"[redacted]"'],
    [['other'], '{ "a" : 1 }', '{ "a" : 1 }'],
  ])('%j', (paths, before, after) => {
    const capture = captured({ json: paths }, { requestHeaders: json, requestBody: before })
    expect(capture.requestBody.read().toString()).toBe(after)
  })

  test.each([
    ['that is cut', { requestHeaders: json, requestBody: `{"password":"${'x'.repeat(2000)}"}` }],
    ['that is compressed', { requestHeaders: [...json, 'Content-Encoding', 'gzip'], requestBody: '{"password":"x"}' }],
    ['that is none', { requestHeaders: json, requestBody: '{"password":"x"' }],
    ['that nests without end', { requestHeaders: json, requestBody: '['.repeat(100_000) }],
  ])('a body %s is not stored at all', (_, exchange) => {
    const inspector = new Inspector({ redact: { json: ['password'] }, limits: { maxBodyBytes: 1000 } })
    new FakeEndpoint(inspector).exchange(exchange)
    const body = inspector.store.newestFirst()[0]?.requestBody
    expect([body?.storedBytes, body?.read().length]).toEqual([0, 0])
  })
})

test('texts and known shapes go wherever they are', () => {
  const capture = captured(
    { texts: ['hunter2'], patterns: ['card', 'jwt', 'email', 'bearer', 'aws-key', 'private-key'] },
    {
      responseBody: [
        'hunter2 and 4111 1111 1111 1111',
        'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
        'joe@example.com Bearer abcdefgh12345678 AKIAIOSFODNN7EXAMPLE',
        '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
      ].join('\n'),
    },
  )
  const text = capture.responseBody.read().toString()
  expect(text.match(/\[redacted\]/g)?.length).toBe(7)
  expect(text).not.toMatch(/hunter2|4111|eyJ|joe|abcdefgh|AKIA|MIIB/)
})

test('no pattern takes long over text that almost fits', () => {
  const patterns = ['card', 'jwt', 'email', 'bearer', 'aws-key', 'private-key'] as const
  for (const part of ['a', '1 ', 'eyJa.', 'a@a.', 'Bearer ', '-----BEGIN PRIVATE KEY-----', '-']) {
    const responseBody = part.repeat(200_000 / part.length)
    const capture = captured({ patterns }, { responseBody })
    expect(capture.responseBody.bytes).toBe(responseBody.length)
  }
})

test('bodies are shown when they are redacted, not while they come', async () => {
  const { inspector, call } = await localApi({ redact: { json: ['password'] } })
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(requestHead('POST', '/', json), 1)
  observer?.onRequestBody(Buffer.from('{"password":"s3cret"}'))
  const [capture] = inspector.store.newestFirst()
  const uri = `/api/captures/${capture?.id}`
  for (const path of [`${uri}/request/body`, `/api/requests/http/${capture?.id}`, '/api/captures.har', `${uri}/test`]) {
    const { bytes } = await call(path)
    expect(bytes.toString() + Buffer.from(bytes.toString(), 'base64').toString(), path).not.toContain('s3cret')
  }
  expect((await call('/api/captures?filter=s3cret')).json()).toMatchObject({ matched: 0 })
})

describe('expressions of your own', () => {
  const stored = async (expressions: (string | RedactionExpression)[], body: string | Buffer): Promise<string> => {
    const inspector = new Inspector({ redact: await compileRedaction({ expressions }) })
    new FakeEndpoint(inspector).exchange({ responseBody: body })
    return inspector.store.newestFirst()[0]?.responseBody.read().toString() ?? ''
  }

  test.each<[(string | RedactionExpression)[], string, string]>([
    [['sk_[a-z]+_\\w{4,}'], 'key=sk_live_a1b2c3, other', 'key=[redacted], other'],
    [[{ pattern: '(?i)iban [a-z]{2}\\d+', replacement: '$1 <hidden>' }], 'IBAN DE123 x', '$1 <hidden> x'],
    [['straße \\d+', '\\d{5}'], 'straße 12, 10115 Köln', '[redacted], [redacted] Köln'],
    [['x*'], 'axxb', 'a[redacted]b'],
    [['nothing'], 'as it is', 'as it is'],
  ])('%j', async (expressions, before, after) => {
    expect(await stored(expressions, before)).toBe(after)
  })

  test('match bytes that are no text as characters', async () => {
    const inspector = new Inspector({ redact: await compileRedaction({ expressions: ['pin=\\d+'] }) })
    new FakeEndpoint(inspector).exchange({ responseBody: Buffer.from('\xff pin=1234 \xfe', 'latin1') })
    expect(inspector.store.newestFirst()[0]?.responseBody.read().toString('latin1')).toBe('\xff [redacted] \xfe')
  })

  // Engines that backtrack would be at it until the end of the universe.
  test.each(['(a+)+$', '(a|aa)+$', '(a|a?)+$', '(.*a){12}$'])(
    '%s has an answer where it matches nothing',
    async (pattern) => {
      const body = `${'a'.repeat(20_000)}!`
      expect(await stored([`^${pattern}`], body)).toBe(body)
    },
  )

  test('a body of more than can be searched is not stored, and neither is one that would grow without end', async () => {
    expect((await stored(['nothing'], 'x'.repeat(262_144))).length).toBe(262_144)
    expect(await stored(['nothing'], 'x'.repeat(262_145))).toBe('')
    expect(await stored([{ pattern: 'x', replacement: 'y'.repeat(256) }], 'x'.repeat(2000))).toBe('')
  })

  test.each<[string, RedactionRules['expressions'], string]>([
    ['without an end', ['('], 'is no expression of RE2'],
    ['that looks ahead', ['(?=a)'], 'is no expression of RE2'],
    ['that looks back', ['(a)\\1'], 'is no expression of RE2'],
    ['too long', ['a'.repeat(1025)], 'a pattern of 1025 characters exceeds the limit 1024'],
    ['too large', ['a{1000}'.repeat(20)], 'instructions exceeds the limit 10000'],
    [
      'with a long replacement',
      [{ pattern: 'a', replacement: 'b'.repeat(257) }],
      'a replacement of 257 characters exceeds the limit 256',
    ],
    ['among too many', Array.from({ length: 101 }, () => 'a'), '101 expressions exceed the limit 100'],
  ])('one %s is refused', async (_, expressions, message) => {
    await expect(compileRedaction({ expressions })).rejects.toMatchObject({
      code: 'ERR_INSPECTOR_REDACTION',
      message: expect.stringContaining(message),
    })
  })

  test('have to be compiled first', () => {
    expect(() => new Inspector({ redact: { expressions: ['a'] } })).toThrow('compileRedaction')
  })
})
