import type { ConnectionRecord } from '@tunnel/edge'
import type { JsonTexts } from './json-text.ts'

/** Where a connection came from and arrived. `serverName`: whom the visitor meant, where TLS does not say it. */
export function connectionEnds(
  { visitor, local, serverName }: ConnectionRecord,
  named: string,
  json: JsonTexts,
): string {
  return `"client_ip":${json.of(visitor.address)},"server_ip":${json.of(local.address)},"server_name":${json.of(serverName ?? named)},"server_port":${local.port}`
}

/** Of TLS that has ended at the edge, with a comma in front. */
export function tlsFields({ tls }: ConnectionRecord, json: JsonTexts): string {
  if (!tls) return ''
  const { version, cipherSuite, clientCertificate } = tls
  const shown = `,"tls":{"cipher_suite":${json.of(cipherSuite)},"version":${json.of(version.replace('TLSv', 'TLS '))}`
  if (!clientCertificate) return `${shown}}`
  const name = /^CN=(.*)$/m.exec(clientCertificate.subject)?.[1] ?? ''
  const serial = json.of(clientCertificate.serialNumber)
  return `${shown},"client_cert":{"serial_number":${serial},"subject":{"cn":${json.of(name)}}}}`
}

export function ja4Field({ policies }: ConnectionRecord, json: JsonTexts): string {
  const fingerprint = policies?.hello?.ja4Fingerprint
  return fingerprint === undefined ? '' : `,"ja4_fingerprint":${json.of(fingerprint)}`
}
