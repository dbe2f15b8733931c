import { CelCompileError } from '../cel/cel-error.ts'
import { splitTemplate } from '../cel/template-parts.ts'
import { didYouMean } from '../nearest.ts'

/** Older names, without their first dot, and the variable of today. Reference §8.4 */
const VARIABLES: Readonly<Record<string, string>> = {
  'ngrok.client_ip': 'conn.client_ip',
  'conn.client_ip': 'conn.client_ip',
  'ngrok.request_id': 'req.id',
  'http.request_id': 'req.id',
  'ngrok.geo.country_code': 'conn.geo.country_code',
  'ngrok.geo.latitude': 'conn.geo.latitude',
  'ngrok.geo.longitude': 'conn.geo.longitude',
  'ngrok.geo.lat_long_radius_km': 'conn.geo.radius',
  'http.request.method': 'req.method',
  'http.request.version': 'req.version',
  'http.request.user_agent': 'req.user_agent',
  'http.request.url.scheme': 'req.url.scheme',
  'http.request.url.host': 'req.url.host',
  'http.request.url.path': 'req.url.path',
  'http.request.url.query': 'req.url.query',
  'http.request.url.raw': 'req.url.raw',
  'http.response.status_code': 'res.status_code',
  'conn.bytes_in': 'conn.bytes_in',
  'conn.bytes_out': 'conn.bytes_out',
  'conn.server_ip': 'conn.server_ip',
  'conn.server_port': 'conn.server_port',
  'conn.server_name': 'conn.tls.sni',
  'conn.start_ts': 'conn.ts.start',
  'basic_auth.decision': 'actions.ngrok.basic_auth.credentials.authorized',
  'basic_auth.username': 'actions.ngrok.basic_auth.credentials.username',
  'ip_policy.decision': 'actions.ngrok.restrict_ips.action',
  'ip_policy.matching_rule': 'actions.ngrok.restrict_ips.matched_cidr',
  'compression.algorithm': 'actions.ngrok.compress.negotiated_algorithm',
  'tls.cipher_suite': 'conn.tls.cipher_suite',
  'tls.version': 'conn.tls.version',
  'tls.client_cert.serial_number': 'conn.tls.client.serial_number',
  'tls.client_cert.subject': 'conn.tls.client.subject',
  'tls.client_cert.subject.cn': 'conn.tls.client.subject.common_name',
  'webhook_validation.decision': 'actions.ngrok.verify_webhook.verified',
}

export type ModernTemplate =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** A value of a header with its older templates, `${.ngrok.client_ip}`, as expressions of today. Others stay as they are. */
export function modernTemplate(template: string): ModernTemplate {
  let text = ''
  let end = 0
  try {
    for (const part of splitTemplate(template)) {
      if (typeof part === 'string') continue
      const name = /^\s*\.([\w.]+)\s*$/.exec(part.source)?.[1]
      if (name === undefined) continue
      const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
      if (variable === undefined) {
        const hint = didYouMean(name, Object.keys(VARIABLES))
        return { ok: false, message: `template .${name.slice(0, 64)} is not known${hint}` }
      }
      text += template.slice(end, part.offset) + variable
      end = part.offset + part.source.length
    }
  } catch (error) {
    if (error instanceof CelCompileError) return { ok: false, message: error.message }
    throw error
  }
  return { ok: true, text: text + template.slice(end) }
}
