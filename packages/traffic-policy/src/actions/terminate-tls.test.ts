import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { normalizeTerminateTls, type TerminateTlsConfig } from './terminate-tls.ts'

const directory = mkdtempSync(join(tmpdir(), 'tunnel-tls-'))
afterAll(() => rmSync(directory, { recursive: true }))

function certificate(name: string, isAuthority: boolean) {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const constraint = `basicConstraints=critical,CA:${isAuthority ? 'TRUE' : 'FALSE'}`
  const subject = ['-subj', `/CN=${name}`, '-addext', constraint]
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...subject], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

let server: ReturnType<typeof certificate>
let authority: ReturnType<typeof certificate>
beforeAll(() => {
  server = certificate('server', false)
  authority = certificate('authority', true)
})

function normalize(config: Partial<TerminateTlsConfig>, uploaded?: (id: string) => string | undefined) {
  return normalizeTerminateTls({ clientCertificateAuthorities: [], ...config }, uploaded)
}

test('is TLS 1.2 to 1.3 with the own certificate by default', () => {
  expect(normalize({})).toEqual({
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    certificate: undefined,
    clientCertificates: undefined,
    warnings: [],
  })
})

test('takes versions as numbers and as text', () => {
  expect(normalize({ minVersion: 1.3, maxVersion: '1.3' })).toMatchObject({
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
  })
})

test('takes a key with its certificate', () => {
  const { certificate: pair } = normalize({
    serverPrivateKey: server.key,
    serverCertificate: server.cert + authority.cert,
  })
  expect(pair).toEqual({ key: server.key, cert: server.cert + authority.cert })
})

test('takes authorities as PEM, bundles and ids, and warns of an id that is not known', () => {
  const list = [authority.cert, authority.cert + authority.cert, 'ca_known', 'ca_gone']
  const { clientCertificates, warnings } = normalize({ clientCertificateAuthorities: list }, (id) =>
    id === 'ca_known' ? authority.cert : undefined,
  )
  expect(clientCertificates?.strategy).toBe('require-and-verify')
  expect(clientCertificates?.ca).toHaveLength(4)
  expect(warnings).toEqual(['certificate authority ca_gone is not known'])
})

test('asks for certificates of no authority where none is verified', () => {
  expect(normalize({ verificationStrategy: 'request' }).clientCertificates).toEqual({ strategy: 'request', ca: [] })
})

test('still verifies where no authority is known: no certificate passes then', () => {
  expect(normalize({ clientCertificateAuthorities: ['ca_gone'] }).clientCertificates).toEqual({
    strategy: 'require-and-verify',
    ca: [],
  })
})

test.each<[string, () => Partial<TerminateTlsConfig>, string]>([
  ['another version', () => ({ minVersion: '1.1' }), 'ERR_TUNNEL_2228'],
  ['versions the wrong way round', () => ({ minVersion: '1.3', maxVersion: '1.2' }), 'ERR_TUNNEL_2228'],
  ['a key alone', () => ({ serverPrivateKey: server.key }), 'ERR_TUNNEL_2240'],
  ['a certificate alone', () => ({ serverCertificate: server.cert }), 'ERR_TUNNEL_2240'],
  ["another one's key", () => ({ serverPrivateKey: authority.key, serverCertificate: server.cert }), 'ERR_TUNNEL_2228'],
  ['no key', () => ({ serverPrivateKey: 'x', serverCertificate: server.cert }), 'ERR_TUNNEL_2228'],
  ['no certificate', () => ({ serverPrivateKey: server.key, serverCertificate: 'x' }), 'ERR_TUNNEL_2228'],
  ['an authority that is none', () => ({ clientCertificateAuthorities: [server.cert] }), 'ERR_TUNNEL_2228'],
  [
    'an authority that is no certificate',
    () => ({ clientCertificateAuthorities: ['-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'] }),
    'ERR_TUNNEL_2228',
  ],
  [
    'too many authorities',
    () => ({ clientCertificateAuthorities: Array.from({ length: 11 }, () => authority.cert) }),
    'ERR_TUNNEL_2218',
  ],
  [
    'a PEM that is too long',
    () => ({ clientCertificateAuthorities: [authority.cert + ' '.repeat(256 * 1024)] }),
    'ERR_TUNNEL_2228',
  ],
])('refuses %s', (_, config, code) => {
  expect(() => normalize(config())).toThrow(expect.objectContaining({ code }))
})

test('keeps a private key out of its messages', () => {
  expect(() => normalize({ serverPrivateKey: 's3cret', serverCertificate: server.cert })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
  )
})
