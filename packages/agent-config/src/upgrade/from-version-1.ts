import { type Document, isMap, isScalar, type YAMLMap } from 'yaml'
import { putFirst } from '../write-settings.ts'
import { dropKey, keyOf, mapAt, pairOf, plainOf, renameKey, textInstead } from './pairs.ts'

/** Turns a file without version into one of version 2 that means the same. Gives what the user has to know. */
export const fromVersion1 = (document: Document): string[] => {
  const root = document.contents
  if (!isMap(root)) return []
  const notes = upgradeProxy(root)
  if (pairOf(root, 'update_check')) dropKey(root, 'update')
  renameKey(root, 'update', 'update_check')
  const consoleUi = pairOf(root, 'console_ui')
  if (consoleUi && plainOf(root, 'console_ui') === 'ifTTY') consoleUi.value = textInstead(consoleUi.value, 'iftty')
  for (const { value } of mapAt(document, 'tunnels')?.items ?? []) if (isMap(value)) upgradeTunnel(document, value)
  putFirst(document, 'version', '2')
  return notes
}

/** Two keys became one; the first that names a proxy stays. */
const upgradeProxy = (root: YAMLMap): string[] => {
  const given = ['proxy_url', 'http_proxy', 'socks5_proxy'].filter((key) => plainOf(root, key))
  const [kept, ...lost] = given
  for (const key of ['http_proxy', 'socks5_proxy']) if (key !== kept) dropKey(root, key)
  if (kept !== undefined) renameKey(root, kept, 'proxy_url')
  return lost.map((key) => `${key} was dropped: there is one proxy_url, and ${kept} named it`)
}

const upgradeTunnel = (document: Document, tunnel: YAMLMap): void => {
  renameKey(tunnel, 'client_cas', 'mutual_tls_cas')
  const auth = pairOf(tunnel, 'auth')
  if (auth) {
    const list = document.createNode([plainOf(tunnel, 'auth')])
    if (isScalar(auth.value) && auth.value.comment) list.comment = auth.value.comment
    auth.value = list
    renameKey(tunnel, 'auth', 'basic_auth')
  }
  if (plainOf(tunnel, 'proto') === 'http') upgradeSchemes(document, tunnel)
  else dropKey(tunnel, 'bind_tls')
}

const upgradeSchemes = (document: Document, tunnel: YAMLMap): void => {
  const given = String(plainOf(tunnel, 'bind_tls') ?? 'both').toLowerCase()
  const isOn = ['true', 'yes', 'on'].includes(given)
  const isOff = ['false', 'no', 'off'].includes(given)
  const schemes = document.createNode(isOn ? ['https'] : isOff ? ['http'] : ['http', 'https'], { flow: true })
  const bindTls = pairOf(tunnel, 'bind_tls')
  if (!bindTls) {
    tunnel.add(document.createPair('schemes', schemes))
    return
  }
  if (isScalar(bindTls.value) && bindTls.value.comment) schemes.comment = bindTls.value.comment
  bindTls.value = schemes
  renameKey(tunnel, 'bind_tls', 'schemes')
}

/** Where version 1 connected unless told otherwise; version 2 chooses. */
export const stateRegion = (document: Document): void => {
  const root = document.contents
  if (!isMap(root) || pairOf(root, 'region')) return
  root.add(document.createPair('region', 'us'))
  const { items } = root
  const after = items.findIndex((pair) => keyOf(pair) === 'version') + 1
  items.splice(after, 0, ...items.splice(-1))
}
