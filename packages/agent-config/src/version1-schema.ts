import * as z from 'zod'
import { flag, isMap, metadata, off, optional, proxyUrl, secret, text } from './scalars.ts'
import { serverSettings, sharedSettings } from './settings-schema.ts'
import type { TunnelDefinition } from './tunnel-schema.ts'

/** Settings that only version 1 has. */
export const version1Settings = {
  http_proxy: optional(z.union([off(), proxyUrl()]), 'HTTP proxy on the way to the edge, or false.'),
  socks5_proxy: optional(z.union([off(), proxyUrl()]), 'SOCKS5 proxy on the way to the edge, or false.'),
  update: optional(flag(), 'Whether to look for a newer release.'),
}

/** Keys of a tunnel that only version 1 has. */
export const version1TunnelKeys = {
  auth: optional(secret(), 'User that may pass, as `name:password`.'),
  bind_tls: optional(
    z.union([flag(), z.literal('both')], { error: 'expected true, false or both' }),
    'Whether the public address is https, http or both. Default both.',
  ),
  client_cas: optional(text(), "PEM file of the authorities of visitors' certificates (tls)."),
}

const tunnelShape = {
  proto: z.enum(['http', 'tcp', 'tls']).describe('Kind of endpoint.'),
  addr: text().describe('The service: a port, host:port or URL.'),
  inspect: optional(flag(), 'Whether exchanges are captured. Default true.'),
  metadata: optional(metadata(), 'Opaque text, shown in the API.'),
  host_header: optional(text(), 'Host sent to the service: preserve, rewrite or a value.'),
  subdomain: optional(text(), 'Label before the base domain (http, tls).'),
  hostname: optional(text(), 'Host of the public address (http, tls).'),
  crt: optional(text(), 'PEM file of the certificate shown to visitors (tls).'),
  key: optional(text(), 'PEM file of its key (tls).'),
  remote_addr: optional(text(), 'Reserved host:port (tcp).'),
  ...version1TunnelKeys,
}

const tunnel = z
  .strictObject(tunnelShape)
  .refine((value) => !(value.subdomain && value.hostname), {
    error: 'only one of hostname, subdomain may be given (ERR_TUNNEL_9021)',
    when: isMap,
  })
  .refine((value) => Boolean(value.crt) === Boolean(value.key), {
    error: 'crt and key belong together: give both or none',
    when: isMap,
  })
  .transform(({ auth, bind_tls, client_cas, ...rest }): TunnelDefinition => {
    const schemes = bind_tls === true ? https : bind_tls === false ? http : both
    return {
      ...rest,
      ...(rest.proto === 'http' && { schemes: [...schemes] }),
      ...(auth && { basic_auth: [auth] }),
      ...(client_cas && { mutual_tls_cas: client_cas }),
    }
  })

const https = ['https'] as const
const http = ['http'] as const
const both = ['http', 'https'] as const

/** A file without `version`, as ngrok 2 read it; what it means is given under the names of version 2. */
export const version1Schema = z
  .strictObject({
    ...sharedSettings,
    ...serverSettings,
    ...version1Settings,
    tunnels: optional(z.record(z.string(), tunnel), 'Tunnels by name.'),
  })
  .transform(({ http_proxy, socks5_proxy, update, ...rest }) => ({
    ...rest,
    version: 1 as const,
    proxy_url: rest.proxy_url ?? (http_proxy || socks5_proxy || undefined),
    update_check: rest.update_check ?? update,
  }))
