import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import { jsonText } from './json-text.ts'

/** Where a connection came from and arrived. `serverName`: whom the visitor meant, where TLS does not say it. */
export function connectionEnds({ visitor, local, serverName }: ConnectionRecord, named: string): string {
  return `"client_ip":${jsonText(visitor.address)},"server_ip":${jsonText(local.address)},"server_name":${jsonText(serverName ?? named)},"server_port":${local.port}`
}

/** Of TLS that has ended at the edge, with a comma in front. */
export function tlsFields({ tls }: ConnectionRecord): string {
  if (!tls) return ''
  const { version, cipherSuite, clientCertificate } = tls
  const shown = `,"tls":{"cipher_suite":${jsonText(cipherSuite)},"version":${jsonText(version.replace('TLSv', 'TLS '))}`
  if (!clientCertificate) return `${shown}}`
  const name = /^CN=(.*)$/m.exec(clientCertificate.subject)?.[1] ?? ''
  const serial = jsonText(clientCertificate.serialNumber)
  return `${shown},"client_cert":{"serial_number":${serial},"subject":{"cn":${jsonText(name)}}}}`
}

export function ja4Field({ policies }: ConnectionRecord): string {
  const fingerprint = policies?.hello?.ja4Fingerprint
  return fingerprint === undefined ? '' : `,"ja4_fingerprint":${jsonText(fingerprint)}`
}

/** Of this system alone, as `error_code` and `complete` are. With a comma in front. */
export function endpointField(endpoint: ExchangeRecord['endpoint']): string {
  if (!endpoint) return ''
  return `,"endpoint":{"id":${jsonText(endpoint.id)},"url":${jsonText(endpoint.url)},"session_id":${jsonText(endpoint.session.id)}}`
}
