import type { VariableNode } from '../cel/compiled.ts'
import { BOOL, type CelType, DYN, INT, listOf, mapOf, STRING, STRINGS, TIMESTAMP } from '../cel/types.ts'
import { tlsTree } from './tls-tree.ts'

/** Result variables of an action: a type, or members. */
interface ResultTypes {
  readonly [name: string]: CelType | ResultTypes
}

const TEXTS = mapOf(STRING, STRING)
const FIELDS = mapOf(STRING, STRINGS)
const ANY_LIST = listOf(DYN)
const error = { code: STRING, message: STRING }
const rewritten = { matches: STRINGS, url: STRING, error }
const session: ResultTypes = {
  access_token: STRING,
  refresh_token: STRING,
  expires_at: TIMESTAMP,
  session_timed_out: BOOL,
  session_max_duration_reached: BOOL,
  userinfo_refreshed: BOOL,
  user_info_refreshed: BOOL,
  error,
}
const identity = { id: STRING, email: STRING, name: STRING, provider_user_id: STRING }
const firewall: ResultTypes = {
  decision: STRING,
  anomaly_score: INT,
  anomaly_score_threshold: INT,
  matched_rules: ANY_LIST,
  error,
}

/** Reference §4, by the name that `actions.<product>.` has them under. */
const results: Readonly<Record<string, ResultTypes>> = {
  add_headers: { headers_added: TEXTS },
  basic_auth: { credentials: { presented: BOOL, username: STRING, authorized: BOOL } },
  compress: { already_compressed: BOOL, negotiated_algorithm: STRING },
  forward_internal: { url: STRING, error },
  http_request: {
    error,
    attempts: ANY_LIST,
    req: { url: STRING, method: STRING, header: FIELDS, body: STRING },
    res: { resolved_ip: STRING, header: FIELDS, status_code: INT, time_ms: INT, body: STRING },
  },
  jwt_validation: { tokens: ANY_LIST, error },
  log: { metadata: mapOf(STRING, DYN) },
  oauth: { identity: { ...identity, current_provider_session_id: STRING }, ...session },
  oidc: { identity: { ...identity, current_session_id: STRING }, identity_token: STRING, ...session },
  owasp_crs_request: firewall,
  owasp_crs_response: firewall,
  rate_limit: { bucket_key: STRING, limited: BOOL, error },
  redirect: rewritten,
  remove_headers: { headers_removed: STRINGS },
  request_body_find_replace: { replacements: ANY_LIST, error },
  response_body_find_replace: { replacements: ANY_LIST, error },
  restrict_ips: { action: STRING, matched_cidr: STRING, error },
  sse_find_replace: { replacements: ANY_LIST, error },
  url_rewrite: rewritten,
  user_agent_filter: { action: STRING },
  verify_webhook: { verified: BOOL, error },
}

const SECRET = new Set(['access_token', 'refresh_token', 'identity_token'])

type Product = 'ngrok' | 'tunnel'

/** `actions.ngrok.*` and `actions.tunnel.*`: the same, but that error codes have the product's name. */
const productTree = (product: Product): VariableNode => ({
  members: {
    ...Object.fromEntries(
      Object.entries(results).map(([action, types]) => [action, resultTree([action], types, product)]),
    ),
    terminate_tls: terminateTlsTree(product),
  },
})

function resultTree(path: readonly string[], types: ResultTypes, product: Product): VariableNode {
  const members = Object.entries(types).map(([name, type]): [string, VariableNode] => {
    const at = [...path, name]
    return [name, isType(type) ? leaf(at, type, product) : resultTree(at, type, product)]
  })
  return {
    isPresent: ({ results: left }) => left.read(path) !== undefined,
    members: Object.fromEntries(members),
  }
}

/** A set of result variables may have one that is called `kind`; none has. */
const isType = (type: CelType | ResultTypes): type is CelType => typeof type.kind === 'string'

function leaf(path: readonly string[], type: CelType, product: Product): VariableNode {
  const isErrorCode = path.at(-1) === 'code' && path.at(-2) === 'error'
  return {
    type,
    ...(SECRET.has(path.at(-1)!) && { isSecret: true }),
    read({ results: left }) {
      const result = left.read(path)
      return isErrorCode && product === 'ngrok' && typeof result === 'string' ? ngrokCode(result) : result
    },
  }
}

const ngrokCode = (code: string): string => code.replace(/^ERR_TUNNEL_/, 'ERR_NGROK_')

function terminateTlsTree(product: Product): VariableNode {
  const ran = tlsTree(({ connection, results: left }) => (left.has('terminate_tls') ? connection.tls : undefined))
  return {
    isPresent: ({ results: left }) => left.has('terminate_tls'),
    members: {
      ...ran.members,
      warnings: leaf(['terminate_tls', 'warnings'], STRINGS, product),
      error_code: leaf(['terminate_tls', 'error_code'], STRING, product),
      error_message: leaf(['terminate_tls', 'error_message'], STRING, product),
      error: resultTree(['terminate_tls', 'error'], error, product),
    },
  }
}

export const actionTree: VariableNode = { members: { ngrok: productTree('ngrok'), tunnel: productTree('tunnel') } }
