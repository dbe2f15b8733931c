import { TunnelError } from './errors.ts'

/**
 * What an authtoken may put online (reference agent.md §11): `*` and `bind:*` for everything, `bind:app.example.com`,
 * `bind:*.example.com` (any depth, and the wildcard endpoint itself), `bind:tcp.example.com:20002`, `bind:key=value` where either side
 * may be `*`. One rule that matches is enough; without rules everything is allowed.
 */
export class Acl {
  readonly allowsEverything: boolean
  readonly #hosts = new Set<string>()
  readonly #suffixes: string[] = []
  readonly #addresses = new Set<string>()
  readonly #labels: { key: string; value: string }[] = []

  /** Throws {@link TunnelError} 600 for a rule of another form. */
  constructor(rules: readonly string[] = []) {
    this.allowsEverything = rules.length === 0 || rules.some(isEverything)
    for (const rule of rules) if (!isEverything(rule)) this.#add(rule)
  }

  #add(rule: string): void {
    const target = rule.startsWith('bind:') ? rule.slice('bind:'.length).toLowerCase() : ''
    if (rule.includes('=')) return this.#addLabel(rule)
    const [, wildcard, host = '', port] = TARGET.exec(target) ?? []
    if (!isHost(host) || (port !== undefined && (wildcard !== undefined || !isPort(port)))) throw badRule(rule)
    if (port !== undefined) this.#addresses.add(`${host}:${Number(port)}`)
    else if (wildcard !== undefined) this.#suffixes.push(`.${host}`)
    else this.#hosts.add(host)
  }

  #addLabel(rule: string): void {
    const [, key, value] = /^bind:([^=\s]{1,255})=([^\s]{1,255})$/.exec(rule) ?? []
    if (key === undefined || value === undefined) throw badRule(rule)
    this.#labels.push({ key, value })
  }

  /** `host` is lowercase; `*.` in front for a wildcard. */
  allowsHost(host: string): boolean {
    return this.allowsEverything || this.#hosts.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix))
  }

  allowsAddress(host: string, port: number): boolean {
    return this.allowsEverything || this.#addresses.has(`${host}:${port}`)
  }

  /** Labels as `key=value`: every one must match some rule. */
  allowsLabel(label: string): boolean {
    if (this.allowsEverything) return true
    const at = label.indexOf('=')
    const key = label.slice(0, at)
    const value = label.slice(at + 1)
    return this.#labels.some((rule) => matches(rule.key, key) && matches(rule.value, value))
  }
}

const TARGET = /^(\*\.)?([a-z0-9.-]+)(?::(\d{1,5}))?$/

const isEverything = (rule: string): boolean => rule === '*' || rule === 'bind:*'

const isHost = (host: string): boolean =>
  host.length <= 253 && host.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))

const isPort = (text: string): boolean => Number(text) >= 1 && Number(text) <= 65535

const matches = (pattern: string, text: string): boolean => pattern === '*' || pattern === text

function badRule(rule: string): TunnelError {
  const forms = '*, bind:*, bind:HOST, bind:*.HOST, bind:HOST:PORT or bind:KEY=VALUE'
  return new TunnelError(600, `rule ${JSON.stringify(rule.slice(0, 100))} is not ${forms}`)
}
