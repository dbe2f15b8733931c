import * as z from 'zod'
import { defineAction } from './action-definition.ts'
import { onError } from './common-fields.ts'
import { FieldFault } from './field-schemas.ts'

export interface InternalUrl {
  readonly scheme: 'http' | 'https' | 'tcp' | 'tls'
  readonly host: string
  /** The scheme's own if there is none. */
  readonly port: number
}

const URL_FORM = /^(?:([a-z]+):\/\/)?([a-z0-9_*-]+(?:\.[a-z0-9_*-]+){1,4})(?::(\d{1,5}))?\/?$/i
const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, tls: 443 }

/**
 * An internal endpoint's URL; without a scheme it is https, or tls in a phase of connections.
 *
 * @throws FieldFault
 * @see Reference §4.9
 */
export function parseInternalUrl(text: string, isHttp: boolean): InternalUrl {
  const match = URL_FORM.exec(text)
  const host = match?.[2]?.toLowerCase()
  if (host === undefined || !host.endsWith('.internal'))
    throw new FieldFault('ERR_TUNNEL_2226', 'expected the URL of an internal endpoint, like https://name.internal')
  const scheme = match?.[1]?.toLowerCase() ?? (isHttp ? 'https' : 'tls')
  const allowed = isHttp ? ['http', 'https'] : ['tcp', 'tls']
  if (!allowed.includes(scheme))
    throw new FieldFault('ERR_TUNNEL_2226', `expected ${allowed.join(' or ')}, got ${scheme}`)
  const port = match?.[3] === undefined ? PORTS[scheme] : Number(match[3])
  if (port === undefined) throw new FieldFault('ERR_TUNNEL_2226', 'a tcp URL needs its port')
  if (port < 1 || port > 65_535) throw new FieldFault('ERR_TUNNEL_2226', `port ${port} is not 1 to 65535`)
  return { scheme: scheme as InternalUrl['scheme'], host, port }
}

/** Reference §4.9 */
export const forwardInternalConfig = defineAction({
  type: 'forward-internal',
  phases: ['on_tcp_connect', 'on_http_request'],
  schema: (fields) => {
    const isHttp = fields.environment.phase !== 'on_tcp_connect'
    return z.strictObject({
      url: fields.text({ check: (text) => void parseInternalUrl(text, isHttp) }),
      on_error: onError('halt'),
      binding: z.literal('internal').default('internal'),
    })
  },
  terminates: ({ on_error }) => on_error === 'halt',
})
