import { execFile, spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { MovedClock } from '../../test/moved-clock.ts'
import { operatorFiles } from '../../test/operator-files.ts'
import { temporaryDirectory } from '../../test/temporary-directory.ts'
import { handshake, serveTls } from '../../test/tls-server.ts'
import { type ControlPlane, type ControlPlaneOptions, openControlPlane } from '../index.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const hasCurl = spawnSync('curl', ['--version']).status === 0

async function opened(options: Partial<ControlPlaneOptions> = {}): Promise<ControlPlane> {
  const controlPlane = await openControlPlane({
    dataDir: await temporaryDirectory(),
    domains: ['tunnel.example'],
    ...options,
  })
  onTestFinished(() => controlPlane.close())
  return controlPlane
}

async function caOf(controlPlane: ControlPlane): Promise<Buffer> {
  return readFile(controlPlane.caFile)
}

test('is trusted by its CA for the edge, each domain, one label below it, and this machine', async () => {
  const controlPlane = await opened({ domains: ['tunnel.example', 'tunnel.test'], edgeHost: 'edge.tunnel.test' })
  const port = await serveTls(controlPlane.certificates)
  const ca = await caOf(controlPlane)
  for (const servername of ['edge.tunnel.test', 'tunnel.example', 'a.tunnel.example', 'tunnel.test', 'b.tunnel.test']) {
    await expect(handshake(port, { servername, ca })).resolves.toBeDefined()
  }
  // An IP address is not sent as a server name: this is the fallback.
  await expect(handshake(port, { ca })).resolves.toBeDefined()
})

test('shows agents the CA whose fingerprint they pin, named or by address', async () => {
  const { certificates, caFingerprint } = await opened()
  const port = await serveTls(certificates)
  const options = { minVersion: 'TLSv1.3' as const }
  expect((await handshake(port, { ...options, servername: 'tunnel.example' })).fingerprints[1]).toBe(caFingerprint)
  expect((await handshake(port, options)).fingerprints[1]).toBe(caFingerprint)
})

test.each(['name.localhost', 'a.b.c.localhost', 'localhost'])(
  'serves %s so that curl accepts it, where a wildcard would not do',
  { skip: !hasCurl },
  async (host) => {
    const controlPlane = await opened({ domains: ['localhost'] })
    const port = await serveTls(controlPlane.certificates)
    const args = ['--silent', '--show-error', '--noproxy', '*', '--cacert', controlPlane.caFile]
    const resolve = ['--resolve', `${host}:${port}:127.0.0.1`]
    const { stdout } = await promisify(execFile)('curl', [...args, ...resolve, `https://${host}:${port}/`])
    expect(stdout).toBe('hello')
  },
)

test('signs for deeper names on demand and keeps what it signed', async () => {
  const controlPlane = await opened()
  const { certificates } = controlPlane
  const port = await serveTls(certificates)
  const answer = await handshake(port, { servername: 'a.b.tunnel.example', ca: await caOf(controlPlane) })
  expect(answer.names).toBe('DNS:a.b.tunnel.example')
  expect(await certificates.contextFor('a.b.tunnel.example')).toBe(await certificates.contextFor('a.b.tunnel.example'))
})

test('forgets the name unused for longest beyond maxCachedCertificates', async () => {
  const { certificates } = await opened({ limits: { maxCachedCertificates: 2 } })
  const first = await certificates.contextFor('1.a.tunnel.example')
  const second = await certificates.contextFor('2.a.tunnel.example')
  expect(await certificates.contextFor('1.a.tunnel.example')).toBe(first)
  await certificates.contextFor('3.a.tunnel.example')
  expect(await certificates.contextFor('1.a.tunnel.example')).toBe(first)
  expect(await certificates.contextFor('2.a.tunnel.example')).not.toBe(second)
})

test.each([
  'elsewhere.example',
  'nottunnel.example',
  'example',
  'a..tunnel.example',
  '*.tunnel.example',
  `${'a'.repeat(64)}.tunnel.example`,
  `${'a.'.repeat(130)}tunnel.example`,
])('has no certificate for %s', async (name) => {
  const { certificates } = await opened()
  expect(certificates.contextFor(name)).toBeUndefined()
})

test('ends the handshake of a client that names another server', async () => {
  const port = await serveTls((await opened()).certificates)
  await expect(handshake(port, { servername: 'elsewhere.example' })).rejects.toThrow()
})

test('names an edge host that is an IP address', async () => {
  const controlPlane = await opened({ domains: ['tunnel.example'], edgeHost: '192.0.2.7' })
  const leaf = new X509Certificate(controlPlane.certificates.fallback.cert)
  expect(leaf.checkIP('192.0.2.7')).toBe('192.0.2.7')
})

const clients = {
  'any client': {},
  'a client of TLS 1.2': { maxVersion: 'TLSv1.2' as const },
  'a client that prefers RSA': { sigalgs: 'rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384' },
  'a client that prefers ECDSA': { sigalgs: 'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256' },
}

for (const keyType of ['ec', 'rsa'] as const) {
  for (const [client, options] of Object.entries(clients)) {
    test(`with an operator's ${keyType} certificate, ${client} gets it for public names and agents get the edge's own`, async () => {
      const directory = await temporaryDirectory()
      const files = await operatorFiles(directory, keyType, ['*.tunnel.example', 'tunnel.example'])
      const controlPlane = await opened({ edgeHost: 'edge.tunnel.example', certificate: files })
      const port = await serveTls(controlPlane.certificates)
      const operatorCa = files.authority.certificate
      const ownCa = await caOf(controlPlane)

      const visitor = await handshake(port, { ...options, servername: 'a.tunnel.example', ca: operatorCa })
      expect(visitor.keyType).toBe(keyType)
      expect(visitor.fingerprints[1]).toBe(files.authority.fingerprint)
      const byName = await handshake(port, { ...options, servername: 'edge.tunnel.example', ca: ownCa })
      expect(byName.fingerprints[1]).toBe(controlPlane.caFingerprint)
      const byAddress = await handshake(port, { ...options, ca: ownCa })
      expect(byAddress.fingerprints[1]).toBe(controlPlane.caFingerprint)
      // Beyond what the operator's covers.
      const deep = await handshake(port, { ...options, servername: 'a.b.tunnel.example', ca: ownCa })
      expect(deep.fingerprints[1]).toBe(controlPlane.caFingerprint)
    })
  }
}

test('signs its own certificates anew when less than 30 days are left', async () => {
  const clock = new MovedClock()
  const log = new RecordedLog()
  const { certificates } = await opened({ clock, log })
  const own = certificates.fallback.cert
  const deep = await certificates.contextFor('a.b.tunnel.example')
  clock.advance(59 * DAY_MS)
  expect(certificates.fallback.cert).toBe(own)
  const signedAnew = once(log.records, 'info')
  clock.advance(2 * DAY_MS)
  await signedAnew
  const renewed = new X509Certificate(certificates.fallback.cert)
  expect(Date.parse(renewed.validTo)).toBeGreaterThan(clock.now() + 89 * DAY_MS)
  expect(await certificates.contextFor('a.b.tunnel.example')).not.toBe(deep)
})

test('serves a renewed certificate of the operator without a restart', async () => {
  const clock = new MovedClock()
  const log = new RecordedLog()
  const directory = await temporaryDirectory()
  const files = await operatorFiles(directory, 'rsa', ['*.tunnel.example'])
  const { certificates } = await opened({ clock, certificate: files, log })
  const before = certificates.contextFor('a.tunnel.example')
  await operatorFiles(directory, 'rsa', ['*.tunnel.example'])
  const changed = once(log.records, 'info')
  clock.advance(HOUR_MS)
  expect(await changed).toMatchObject([{ file: files.certificate }])
  expect(certificates.contextFor('a.tunnel.example')).not.toBe(before)
})

test('keeps the certificate in use when the files become unusable, or of another key type', async () => {
  const clock = new MovedClock()
  const log = new RecordedLog()
  const directory = await temporaryDirectory()
  const files = await operatorFiles(directory, 'rsa', ['*.tunnel.example'])
  const { certificates } = await opened({ clock, certificate: files, log })
  const before = certificates.contextFor('a.tunnel.example')

  await operatorFiles(directory, 'ec', ['*.tunnel.example'])
  const wrongType = once(log.records, 'warn')
  clock.advance(HOUR_MS)
  const message = 'the new certificate has an ec key, the one in use rsa: restart the edge to use it'
  expect(await wrongType).toMatchObject([{ err: { code: 'ERR_CONTROL_PLANE_CERTIFICATE_INVALID', message } }])

  await writeFile(files.certificate, 'half a file')
  const unusable = once(log.records, 'warn')
  clock.advance(HOUR_MS)
  expect(await unusable).toMatchObject([{ err: { message: `${files.certificate}: not a certificate in PEM` } }])
  expect(certificates.contextFor('a.tunnel.example')).toBe(before)
})

class RecordedLog {
  readonly records = new EventEmitter()
  info(fields: object): void {
    this.records.emit('info', fields)
  }
  warn(fields: object): void {
    this.records.emit('warn', fields)
  }
}

test('refuses at start a certificate that it cannot serve', async () => {
  const directory = await temporaryDirectory()
  const rsa = await operatorFiles(join(directory, 'rsa'), 'rsa', ['*.tunnel.example'])
  const ec = await operatorFiles(join(directory, 'ec'), 'ec', ['*.tunnel.example'])
  const missing = join(directory, 'missing.pem')
  const invalid = (message: string): object => ({ code: 'ERR_CONTROL_PLANE_CERTIFICATE_INVALID', message })

  await expect(opened({ certificate: { certificate: missing, key: rsa.key } })).rejects.toMatchObject(
    invalid(`${missing}: cannot be read (ENOENT)`),
  )
  await expect(opened({ certificate: { certificate: rsa.certificate, key: ec.key } })).rejects.toMatchObject(
    invalid(`${ec.key}: not the key of ${rsa.certificate} (its first certificate must be the server's own)`),
  )
})

test("chooses among the operator's certificates by exact name, then by wildcard, then takes its own", async () => {
  const directory = await temporaryDirectory()
  const wildcard = await operatorFiles(join(directory, 'wildcard'), 'ec', ['*.tunnel.example', 'far.example'])
  const exact = await operatorFiles(join(directory, 'exact'), 'ec', ['one.tunnel.example'])
  const renamed = await operatorFiles(join(directory, 'renamed'), 'ec', ['unused.example'])
  const other = await operatorFiles(join(directory, 'default'), 'ec', ['*.tunnel.example', 'last.tunnel.test'])
  const controlPlane = await opened({
    domains: ['tunnel.example', 'tunnel.test'],
    certificates: [wildcard, exact, { ...renamed, domains: ['Renamed.tunnel.example', '*.deep.tunnel.example'] }],
    certificate: other,
  })
  const port = await serveTls(controlPlane.certificates)
  const issuerOf = async (servername: string) => (await handshake(port, { servername })).fingerprints[1]
  for (const [name, { authority }] of [
    ['one.tunnel.example', exact],
    ['two.tunnel.example', wildcard],
    ['far.example', wildcard],
    ['renamed.tunnel.example', renamed],
    ['a.deep.tunnel.example', renamed],
    ['last.tunnel.test', other],
  ] as const) {
    expect([name, await issuerOf(name)]).toEqual([name, authority.fingerprint])
  }
  // No certificate reaches two labels down, and none is for the base domain.
  for (const name of ['a.two.tunnel.example', 'tunnel.test', 'any.tunnel.test']) {
    expect([name, await issuerOf(name)]).toEqual([name, controlPlane.caFingerprint])
  }
  expect(controlPlane.certificates.contextFor('unused.example')).toBeUndefined()
})

test('gives the same certificate as PEM as it serves', async () => {
  const files = await operatorFiles(await temporaryDirectory(), 'ec', ['one.tunnel.example'])
  const { certificates } = await opened({ edgeHost: 'edge.tunnel.example', certificates: [files] })
  const port = await serveTls(certificates)
  for (const servername of ['one.tunnel.example', 'two.tunnel.example', 'a.b.tunnel.example', 'edge.tunnel.example']) {
    const pair = await certificates.pairFor(servername)
    const leaf = new X509Certificate(pair?.cert ?? '')
    expect(leaf.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
      (await handshake(port, { servername })).fingerprints[0],
    )
    expect(leaf.checkPrivateKey(createPrivateKey(pair?.key ?? ''))).toBe(true)
  }
  expect(certificates.pairFor('elsewhere.example')).toBeUndefined()
})

test('reload serves changed files at once, keeps what cannot be replaced, and breaks no connection', async () => {
  const log = new RecordedLog()
  const directory = await temporaryDirectory()
  const one = await operatorFiles(join(directory, 'one'), 'ec', ['one.tunnel.example'])
  const two = await operatorFiles(join(directory, 'two'), 'ec', ['two.tunnel.example'])
  const { certificates } = await opened({ certificates: [one, two], log })
  const port = await serveTls(certificates)
  const open = connect({ port, host: '127.0.0.1', servername: 'one.tunnel.example', rejectUnauthorized: false })
  onTestFinished(() => void open.destroy())
  await once(open, 'secureConnect')

  await certificates.reload()
  const [beforeOne, beforeTwo] = ['one', 'two'].map((name) => certificates.contextFor(`${name}.tunnel.example`))
  // The names of a certificate may change too.
  await operatorFiles(join(directory, 'one'), 'ec', ['one.tunnel.example', 'new.tunnel.example'])
  await writeFile(two.certificate, 'half a file')
  const events = Promise.all([once(log.records, 'info'), once(log.records, 'warn')])
  await certificates.reload()
  expect(await events).toMatchObject([[{ file: one.certificate }], [{ file: two.certificate }]])
  expect(certificates.contextFor('one.tunnel.example')).not.toBe(beforeOne)
  expect(certificates.contextFor('new.tunnel.example')).toBe(certificates.contextFor('one.tunnel.example'))
  expect(certificates.contextFor('two.tunnel.example')).toBe(beforeTwo)

  open.write('still there')
  const [answer] = (await once(open, 'data')) as [Buffer]
  expect(answer.toString()).toContain('200 OK')
})

test('refuses at start certificates whose keys are of two types', async () => {
  const directory = await temporaryDirectory()
  const rsa = await operatorFiles(join(directory, 'rsa'), 'rsa', ['a.tunnel.example'])
  const ec = await operatorFiles(join(directory, 'ec'), 'ec', ['b.tunnel.example'])
  await expect(opened({ certificates: [rsa, ec] })).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_CERTIFICATE_INVALID',
    message: `${ec.key}: an ec key beside the rsa key ${rsa.key}; all must be of one type`,
  })
})
