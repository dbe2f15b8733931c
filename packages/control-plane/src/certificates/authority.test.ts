import { execFile, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../test/temporary-directory.ts'
import { type AuthorityFiles, keepAuthority } from './authority.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-21T12:00:00Z')
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const run = promisify(execFile)

async function authorityFiles(): Promise<AuthorityFiles> {
  const directory = await temporaryDirectory()
  return { certificate: join(directory, 'ca.crt'), key: join(directory, 'ca.key') }
}

test('makes an authority of 10 years that is named for the edge and signs leaves only', async () => {
  const files = await authorityFiles()
  await keepAuthority(files, 'tunnel.example', NOW)
  const certificate = new X509Certificate(await readFile(files.certificate))
  expect(certificate.ca).toBe(true)
  expect(certificate.subject).toBe('CN=Tunnel CA of tunnel.example')
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(Date.parse(certificate.validTo)).toBe(NOW + 3650 * DAY_MS)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  // BasicConstraints, critical: CA, path length 0 (RFC 5280 §4.2.1.9).
  expect(certificate.raw.toString('hex')).toContain('0603551d130101ff040830060101ff020100')
  expect((await stat(files.key)).mode & 0o777).toBe(0o600)
})

test('is the same authority at the next start', async () => {
  const files = await authorityFiles()
  const made = await keepAuthority(files, 'tunnel.example', NOW)
  const loaded = await keepAuthority(files, 'renamed.example', NOW + DAY_MS)
  expect(loaded.certificate).toBe(made.certificate)
  expect(loaded.fingerprint).toBe(made.fingerprint)
  const der = new X509Certificate(made.certificate).raw
  expect(loaded.fingerprint).toBe(createHash('sha256').update(der).digest('hex'))
})

test('issues a leaf of 90 days with names and addresses, followed by the CA', async () => {
  const authority = await keepAuthority(await authorityFiles(), 'tunnel.example', NOW)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = [
    'tunnel.example',
    '*.tunnel.example',
    '127.0.0.1',
    '::1',
    '2001:db8::1:0:0:ff',
    '::ffff:192.0.2.1',
  ] as const
  const chain = await authority.issue([...names], publicKey, NOW)
  expect(chain.endsWith(authority.certificate)).toBe(true)
  const leaf = new X509Certificate(chain)
  expect(leaf.subjectAltName).toBe(
    'DNS:tunnel.example, DNS:*.tunnel.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:1:0:0:FF, IP Address:0:0:0:0:0:FFFF:C000:201',
  )
  expect(leaf.ca).toBe(false)
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(leaf.checkPrivateKey(privateKey)).toBe(true)
  expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
  expect(Date.parse(leaf.validTo) - NOW).toBe(90 * DAY_MS)
  expect(Date.parse(leaf.validFrom)).toBeLessThan(NOW)
})

test('issues no leaf that outlives the CA', async () => {
  const authority = await keepAuthority(await authorityFiles(), 'tunnel.example', NOW)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const leaf = new X509Certificate(await authority.issue(['a.example'], publicKey, NOW + 3600 * DAY_MS))
  expect(leaf.validTo).toBe(new X509Certificate(authority.certificate).validTo)
})

test.each(['ec', 'rsa'] as const)(
  'signs %s leaves that OpenSSL accepts strictly',
  { skip: !hasOpenssl },
  async (keyType) => {
    const files = await authorityFiles()
    const authority = await keepAuthority(files, 'tunnel.example', Date.now())
    const { publicKey } =
      keyType === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
    const leaf = `${files.certificate}.leaf`
    await writeFile(leaf, await authority.issue(['a.tunnel.example'], publicKey, Date.now()))
    const strictly = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', files.certificate]
    const { stdout } = await run('openssl', [...strictly, '-verify_hostname', 'a.tunnel.example', leaf])
    expect(stdout).toContain(': OK')
    await expect(run('openssl', [...strictly, '-verify_hostname', 'b.tunnel.example', leaf])).rejects.toThrow()
  },
)

test('makes a new authority when the first start broke off between its two files', async () => {
  const files = await authorityFiles()
  await keepAuthority(files, 'tunnel.example', NOW)
  await rm(files.certificate)
  const authority = await keepAuthority(files, 'tunnel.example', NOW)
  expect(new X509Certificate(authority.certificate).ca).toBe(true)
})

test('says which file is wrong and how', async () => {
  const files = await authorityFiles()
  await keepAuthority(files, 'tunnel.example', NOW)
  const keep = (): Promise<unknown> => keepAuthority(files, 'tunnel.example', NOW)
  const key = await readFile(files.key)
  const invalid = (message: string): object => ({ code: 'ERR_CONTROL_PLANE_DATA_INVALID', message })

  await rm(files.key)
  await expect(keep()).rejects.toMatchObject(
    invalid(`${files.key}: missing beside ca.crt; restore it, or remove ca.crt and pair all agents again`),
  )
  await writeFile(files.key, 'no key')
  await expect(keep()).rejects.toMatchObject(invalid(`${files.key}: not a private key in PEM`))
  await writeFile(files.key, pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' })))
  await expect(keep()).rejects.toMatchObject(invalid(`${files.key}: not the key of ca.crt`))
  await writeFile(files.key, pkcs8(generateKeyPairSync('ed25519')))
  await expect(keep()).rejects.toMatchObject(invalid(`${files.key}: not an ECDSA P-256 key`))
  await writeFile(files.key, key)
  await writeFile(files.certificate, 'no certificate')
  await expect(keep()).rejects.toMatchObject(invalid(`${files.certificate}: not a certificate in PEM`))
})

test('refuses to start with an authority that has expired', async () => {
  const files = await authorityFiles()
  await keepAuthority(files, 'tunnel.example', NOW)
  await expect(keepAuthority(files, 'tunnel.example', NOW + 3650 * DAY_MS)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_AUTHORITY_EXPIRED',
  })
})

function pkcs8({ privateKey }: ReturnType<typeof generateKeyPairSync>): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
