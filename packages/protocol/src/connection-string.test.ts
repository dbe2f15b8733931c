import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatConnectionString, parseConnectionString } from './index.ts'

const authtoken = `${'a'.repeat(27)}_${'b'.repeat(21)}`
const ca = '0123456789abcdef'.repeat(4)

test.each([
  ['tunnel://edge.example', { host: 'edge.example', port: 443 }],
  ['tunnel://edge.example:8443', { host: 'edge.example', port: 8443 }],
  [`  tunnel://${authtoken}@edge.example:8443\n`, { host: 'edge.example', port: 8443, authtoken }],
  [`tunnel://[::1]:8443?ca=sha256:${ca}`, { host: '::1', port: 8443, caFingerprint: ca }],
  [`tunnel://edge.example?ca=SHA256:${ca.toUpperCase()}`, { host: 'edge.example', port: 443, caFingerprint: ca }],
  ['tunnel://a%40b@edge.example', { host: 'edge.example', port: 443, authtoken: 'a@b' }],
  ['tunnel://edge.example?region=eu#note', { host: 'edge.example', port: 443 }],
])('reads %j', (text, parts) => {
  expect(parseConnectionString(text)).toEqual(parts)
})

test('reads back whatever it wrote', () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('::1', '2001:db8::7', 'localhost'))
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  const parts = fc.record(
    {
      host,
      port: fc.integer({ min: 1, max: 65_535 }),
      authtoken: fc.string({ unit: 'grapheme', minLength: 1 }),
      caFingerprint: hex,
    },
    { requiredKeys: ['host', 'port'] },
  )
  fc.assert(
    fc.property(parts, (parts) => {
      expect(parseConnectionString(formatConnectionString(parts))).toEqual(parts)
    }),
  )
})

test.each([
  ['no URL', 'edge.example', 'is not a URL'],
  ['nothing', '', 'is not a URL'],
  ['an authtoken alone', authtoken, 'is not a URL'],
  ['another scheme', `https://${authtoken}@edge.example`, 'does not start with tunnel://'],
  ['an authtoken as scheme', `${'a'.repeat(27)}:443`, 'does not start with tunnel://'],
  ['no host', `tunnel://?ca=sha256:${ca}`, 'has no host'],
  ['a port beyond 65535', `tunnel://${authtoken}@edge.example:70000`, 'is not a URL'],
  ['port 0', `tunnel://${authtoken}@edge.example:0`, 'port 0'],
  [
    'a fingerprint that is cut',
    `tunnel://${authtoken}@edge.example?ca=sha256:${ca.slice(1)}`,
    'expected sha256: and 64 hex',
  ],
  ['a fingerprint of another kind', `tunnel://${authtoken}@edge.example?ca=md5:00`, 'ca=md5:00'],
  ['a fingerprint that is empty', `tunnel://${authtoken}@edge.example?ca=`, 'expected sha256: and 64 hex'],
  ['a broken percent-encoding', `tunnel://${authtoken}%zz@edge.example`, 'broken percent-encoding'],
])('refuses a text with %s and never repeats its authtoken', (_what, text, message) => {
  const error = thrownBy(() => parseConnectionString(text))
  expect(error).toMatchObject({ code: 'ERR_TUNNEL_9034', message: expect.stringContaining(message) })
  // As a log would show it, causes and hidden fields included.
  expect(inspect(error, { showHidden: true, depth: 10 })).not.toContain('a'.repeat(27))
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
