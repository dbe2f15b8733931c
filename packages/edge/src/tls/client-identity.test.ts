import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { identityFields } from './client-identity.ts'

/** Authorities that Node brings have names in many scripts. */
test.each(rootCertificates.map((pem) => [new X509Certificate(pem).subject.replaceAll('\n', ', '), pem]))(
  'what is told of %s is what a field can hold',
  (_subject, pem) => {
    const fields = identityFields(new X509Certificate(pem))
    expect(fields.length).toBeGreaterThan(0)
    for (const field of fields) expect(field).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)
    const values = new Map(fields.map((name, at) => [name, fields[at + 1]]))
    const { serialNumber, subject } = new X509Certificate(pem)
    expect(values.get('Tunnel-Mtls-Serial-Number')).toBe(serialNumber.toLowerCase())
    const commonName = /^CN=(.*)$/m.exec(subject)?.[1]
    expect(decodeURIComponent(values.get('Ngrok-Mtls-Subject-Cn') ?? '')).toBe(commonName ?? '')
  },
)
