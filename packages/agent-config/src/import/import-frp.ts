import { ConfigFileError } from '@tunnel/config-file'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { type FrpProxy, frpProxy } from './frp-proxy.ts'
import type { ImportedConfig, NotCarried } from './imported-config.ts'
import { KeyReader } from './key-reader.ts'

/** Takes over a `frpc` file: TOML, or YAML or JSON by its name. Throws `ConfigFileError` with `ERR_CONFIG_INVALID` for what is none. */
export const importFrp = (text: string, file: string): ImportedConfig => {
  const client = new KeyReader(parsed(text, file), '')
  const notCarried: NotCarried[] = []
  const settings = settingsOf(client, notCarried)
  const proxies = client.maps('proxies').map((proxy): FrpProxy => frpProxy(proxy))
  for (const visitor of client.maps('visitors')) {
    notCarried.push({
      key: visitor.path,
      why: 'the action forward-internal of a traffic policy leads to internal endpoints',
    })
  }
  notCarried.push(...proxies.flatMap((proxy) => proxy.notCarried))
  notCarried.push(...client.rest().map((key) => ({ key, why: 'it has no counterpart' })))
  return {
    settings,
    endpoints: proxies.flatMap(({ endpoints }) => endpoints),
    tunnels: Object.assign({}, ...proxies.map(({ tunnels }) => tunnels)),
    notCarried,
  }
}

const parsed = (text: string, file: string): unknown => {
  if (text.includes('{{')) throw invalid(file, 'it has templates ({{ … }}): write their values in first')
  const isYaml = /\.(ya?ml|json)$/i.test(file)
  try {
    return isYaml ? parseYaml(text) : parseToml(text)
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n')
    const advice = /^\s*\[common\]/m.test(text) ? '; the older INI form has to be turned into TOML first' : ''
    throw invalid(file, `not ${isYaml ? 'YAML' : 'TOML'}: ${reason}${advice}`, { cause })
  }
}

const invalid = (file: string, why: string, options?: ErrorOptions): ConfigFileError =>
  new ConfigFileError('ERR_CONFIG_INVALID', `${file}: ${why}`, options)

const settingsOf = (client: KeyReader, notCarried: NotCarried[]): Record<string, unknown> => {
  for (const key of ['serverAddr', 'serverPort', 'auth']) {
    if (client.has(key))
      notCarried.push({ key, why: 'it is of the frp server: pair with an edge by tunnel config add-server' })
    client.value(key)
  }
  if (client.has('start')) {
    const names = client.texts('start').join(' ')
    notCarried.push({ key: 'start', why: `name them when you start: tunnel start ${names}` })
  }
  const log = client.map('log')
  const proxyUrl = client.map('transport').text('proxyURL')
  const dnsServer = client.text('dnsServer')
  const metadata = client.entries('metadatas')
  const target = log.text('to')
  const level = log.text('level')
  const settings = {
    proxy_url: proxyUrl,
    dns_resolver_ips: dnsServer && [dnsServer],
    log: target === 'console' ? 'stdout' : target,
    log_level: level === 'trace' ? 'debug' : level,
    metadata: metadata.length > 0 ? JSON.stringify(Object.fromEntries(metadata)) : undefined,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
