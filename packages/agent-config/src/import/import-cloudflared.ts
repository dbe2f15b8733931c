import { ConfigFileError } from '@tunnel/config-file'
import { parse } from 'yaml'
import { type CarriedService, cloudflaredService } from './cloudflared-service.ts'
import type { ImportedConfig, NotCarried, WrittenEndpoint } from './imported-config.ts'
import { KeyReader } from './key-reader.ts'
import { pathsEndpoints } from './paths-endpoints.ts'

/** One rule that leads somewhere. */
export interface IngressRule {
  readonly hostname: string
  /** A regular expression, as cloudflared matches it. */
  readonly path: string | undefined
  readonly service: CarriedService
}

/** Takes over the `config.yml` of `cloudflared`: its ingress rules. Throws `ConfigFileError` with `ERR_CONFIG_INVALID` for what is no YAML. */
export const importCloudflared = (text: string, file: string): ImportedConfig => {
  const root = new KeyReader(parsed(text, file), '')
  const notCarried: NotCarried[] = []
  const settings = settingsOf(root, notCarried)
  const defaults = root.map('originRequest')
  const rules = root.maps('ingress')
  const carried = rules.flatMap((rule) => {
    const result = ruleOf(rule, defaults)
    if (typeof result === 'string') notCarried.push({ key: rule.path, why: result })
    else if (result) {
      notCarried.push(...result.service.notCarried)
      notCarried.push(...rule.rest().map((key) => ({ key, why: 'it has no counterpart' })))
    }
    return typeof result === 'object' ? [result] : []
  })
  notCarried.push(...root.rest().map((key) => ({ key, why: 'it has no counterpart' })))
  return { settings, endpoints: endpointsOf(carried), tunnels: {}, notCarried }
}

const parsed = (text: string, file: string): unknown => {
  try {
    return parse(text)
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n')
    throw new ConfigFileError('ERR_CONFIG_INVALID', `${file}: not YAML: ${reason}`, { cause })
  }
}

const settingsOf = (root: KeyReader, notCarried: NotCarried[]): Record<string, unknown> => {
  for (const key of ['tunnel', 'credentials-file', 'origincert', 'token']) {
    if (root.has(key))
      notCarried.push({ key, why: 'it is of Cloudflare: pair with an edge by tunnel config add-server' })
    root.value(key)
  }
  const level = root.text('loglevel')
  const settings = {
    log: root.text('logfile'),
    log_level: level === 'fatal' || level === 'panic' ? 'crit' : level,
    update_check: root.isOn('no-autoupdate') ? false : undefined,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** `undefined` for the rule at the end, which answers 404: so does an edge. */
const ruleOf = (rule: KeyReader, defaults: KeyReader): IngressRule | string | undefined => {
  const hostname = rule.text('hostname')
  if (hostname === undefined || hostname === '*') {
    if (rule.text('service') === 'http_status:404') return undefined
    return 'an endpoint needs a host name'
  }
  const service = cloudflaredService(rule, defaults)
  if (typeof service === 'string') return service
  const path = rule.text('path')
  if (path !== undefined && service.scheme === 'tcp') return 'a TCP service has no paths'
  return { hostname, path, service }
}

const endpointsOf = (rules: readonly IngressRule[]): WrittenEndpoint[] => {
  const byHost = new Map<string, IngressRule[]>()
  for (const rule of rules) byHost.set(rule.hostname, [...(byHost.get(rule.hostname) ?? []), rule])
  return [...byHost.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    if (first.path !== undefined) return pathsEndpoints(group)
    const { hostname, service } = first
    const url = service.scheme === 'tcp' ? 'tcp://' : `https://${hostname}`
    return [{ name: hostname, url, ...service.endpoint }]
  })
}
