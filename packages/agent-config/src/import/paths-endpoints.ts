import type { IngressRule } from './import-cloudflared.ts'
import type { WrittenEndpoint } from './imported-config.ts'

/**
 * Several services behind the paths of one host: an internal endpoint for each, and a public one whose traffic policy leads there.
 * The first rule that matches wins; what none matches is answered with 404.
 */
export const pathsEndpoints = (rules: readonly IngressRule[]): WrittenEndpoint[] => {
  const end = rules.findIndex(({ path }) => path === undefined)
  const withPath = end < 0 ? rules : rules.slice(0, end)
  const hostname = rules[0]?.hostname ?? ''
  const internal = withPath.map((rule, index) => internalEndpoint(rule, index + 1))
  const last = end < 0 ? undefined : rules[end]
  const rest = last?.service.endpoint ?? { upstream: internal[0]?.upstream ?? { url: 80 } }
  const lead = withPath.map(({ path }, index) => ({
    expressions: [`req.url.path.matches(${JSON.stringify(path)})`],
    actions: [{ type: 'forward-internal', config: { url: internal[index]?.url } }],
  }))
  const own = rulesOf(rest.traffic_policy)
  const nothing = { actions: [{ type: 'custom-response', config: { status_code: 404 } }] }
  const policy = { on_http_request: [...lead, ...(last ? own : [nothing])] }
  return [{ name: hostname, url: `https://${hostname}`, ...rest, traffic_policy: policy }, ...internal]
}

const internalEndpoint = ({ hostname, service }: IngressRule, number: number): WrittenEndpoint => {
  const label = `${hostname.replace(/^\*\./, '').replaceAll('.', '-').slice(0, 50)}-${number}`
  return {
    name: `${hostname} ${number}`,
    url: `https://${label}.internal`,
    bindings: ['internal'],
    ...service.endpoint,
  }
}

const rulesOf = (policy: unknown): readonly unknown[] =>
  (policy as { on_http_request?: readonly unknown[] } | undefined)?.on_http_request ?? []
