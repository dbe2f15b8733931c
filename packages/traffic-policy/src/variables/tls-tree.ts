import type { VariableNode } from '../cel/compiled.ts'
import { BOOL, BYTES, listOf, STRING, structOf } from '../cel/types.ts'
import { flag, group, text, texts, time, value } from './declare.ts'
import type { CertificateFacts, DistinguishedName, TlsFacts } from './facts.ts'
import type { PhaseVariables } from './phase-variables.ts'

type ReadCertificate = (variables: PhaseVariables) => CertificateFacts | undefined

const EXTENSION = structOf('extension', { id: STRING, critical: BOOL, value: BYTES })

function nameTree(read: (variables: PhaseVariables) => DistinguishedName | undefined): VariableNode {
  return text((variables) => read(variables)?.text, {
    common_name: text((variables) => read(variables)?.commonName),
    country: texts((variables) => read(variables)?.country),
    locality: texts((variables) => read(variables)?.locality),
    organization: texts((variables) => read(variables)?.organization),
    organizational_unit: texts((variables) => read(variables)?.organizationalUnit),
    postal_code: texts((variables) => read(variables)?.postalCode),
    province: texts((variables) => read(variables)?.province),
    street_address: texts((variables) => read(variables)?.streetAddress),
  })
}

/** `DNS:a.example, IP Address:192.0.2.1` */
function textOfNames({ dnsNames, emailAddresses, ipAddresses, uris }: CertificateFacts): string {
  return [
    ...dnsNames.map((name) => `DNS:${name}`),
    ...emailAddresses.map((address) => `email:${address}`),
    ...ipAddresses.map((address) => `IP Address:${address}`),
    ...uris.map((uri) => `URI:${uri}`),
  ].join(', ')
}

function certificateTree(read: ReadCertificate, hasPem: boolean): VariableNode {
  const optionally =
    <T>(get: (certificate: CertificateFacts) => T) =>
    (variables: PhaseVariables) => {
      const certificate = read(variables)
      return certificate && get(certificate)
    }
  return {
    isPresent: (variables) => read(variables) !== undefined,
    members: {
      ...(hasPem && { pem: text(optionally(({ pem }) => pem)) }),
      subject: nameTree(optionally(({ subject }) => subject)),
      issuer: nameTree(optionally(({ issuer }) => issuer)),
      san: text(optionally(textOfNames), {
        dns_names: texts(optionally(({ dnsNames }) => dnsNames)),
        email_addresses: texts(optionally(({ emailAddresses }) => emailAddresses)),
        ip_addresses: texts(optionally(({ ipAddresses }) => ipAddresses)),
        uris: texts(optionally(({ uris }) => uris)),
      }),
      serial_number: text(optionally(({ serialNumber }) => serialNumber)),
      signature_algorithm: text(optionally(({ signatureAlgorithm }) => signatureAlgorithm)),
      validity: group({
        not_before: time(optionally(({ notBefore }) => notBefore)),
        not_after: time(optionally(({ notAfter }) => notAfter)),
      }),
      extensions: value(listOf(EXTENSION), optionally(extensionsOf)),
    },
  }
}

const extensionsOf = ({ extensions }: CertificateFacts): unknown[] =>
  extensions.map((extension) => new Map(Object.entries(extension)))

/** `conn.tls.*`, and what `terminate-tls` leaves. Reference §3.1 */
export const tlsTree = (read: (variables: PhaseVariables) => TlsFacts | undefined): VariableNode => ({
  isPresent: (variables) => read(variables) !== undefined,
  members: {
    version: text((variables) => read(variables)?.version),
    cipher_suite: text((variables) => read(variables)?.cipherSuite),
    sni: text((variables) => read(variables)?.sni),
    negotiated_alpn: text((variables) => read(variables)?.alpn),
    session_resumed: flag((variables) => (read(variables) === undefined ? undefined : false)),
    ja4_fingerprint: text((variables) => read(variables)?.ja4Fingerprint),
    client: certificateTree((variables) => read(variables)?.client?.(), true),
    server: certificateTree((variables) => read(variables)?.server?.(), false),
  },
})
