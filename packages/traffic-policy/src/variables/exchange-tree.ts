import { secretFields } from '@tunnel/http'
import type { VariableNode } from '../cel/compiled.ts'
import { listOf, mapOf, STRING, STRINGS } from '../cel/types.ts'
import { httpPhases, responsePhases } from '../document/phases.ts'
import { COOKIE } from './cookies.ts'
import { flag, group, text, texts, time, value, whole } from './declare.ts'
import { everyKey } from './every-key.ts'
import { FieldMap } from './field-map.ts'
import type { PhaseVariables } from './phase-variables.ts'
import type { RequestVariables } from './request-variables.ts'
import type { ResponseVariables } from './response-variables.ts'

type Message = RequestVariables | ResponseVariables

const FIELDS = mapOf(STRING, STRINGS)
const COOKIES = mapOf(STRING, listOf(COOKIE))

/** What requests and responses have in common. */
function messageTree(read: (variables: PhaseVariables) => Message): Record<string, VariableNode> {
  return {
    headers: { ...value(FIELDS, (variables) => read(variables).headers), secretKeys: secretFields },
    trailers: value(FIELDS, (variables) => new FieldMap(read(variables).facts.trailers?.() ?? [])),
    cookies: { ...value(COOKIES, (variables) => read(variables).cookies), secretKeys: everyKey },
    content_length: whole((variables) => lengthOf(read(variables))),
    content_type: text((variables) => read(variables).field('content-type') && read(variables).contentType.mediaType, {
      parameters: value(mapOf(STRING, STRING), (variables) => read(variables).contentType.parameters),
      raw: text((variables) => read(variables).field('content-type')),
    }),
    content_encoding: texts((variables) => codings(read(variables).field('content-encoding'))),
    location: text((variables) => read(variables).field('location')),
  }
}

function lengthOf({ facts: { head } }: Message): number | undefined {
  return head.framing === 'length' ? head.contentLength : undefined
}

const codings = (field: string | undefined): string[] | undefined =>
  field
    ?.split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '')

const req = ({ request }: PhaseVariables): RequestVariables => request!

const urlTree = text((variables) => req(variables).url.text, {
  scheme: text((variables) => req(variables).url.scheme),
  authority: text((variables) => req(variables).url.authority),
  host: text((variables) => req(variables).url.host),
  port: whole((variables) => req(variables).url.port),
  path: text((variables) => req(variables).url.path),
  raw_path: text((variables) => rawPath(req(variables))),
  raw: text((variables) => rawUrl(req(variables))),
  query: text((variables) => req(variables).url.query),
  query_params: value(FIELDS, (variables) => req(variables).queryParams),
  uri: text((variables) => req(variables).url.uri),
  user_password: text((variables) => req(variables).url.userPassword),
})

const targetOf = ({ facts: { head } }: RequestVariables): string =>
  head.target.startsWith('/') ? head.target : head.target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')

const rawPath = (request: RequestVariables): string => targetOf(request).split(/[?#]/, 1)[0]!

const rawUrl = (request: RequestVariables): string =>
  `${request.facts.scheme}://${request.facts.head.host}${targetOf(request)}`

const agent = (variables: PhaseVariables) => {
  const field = req(variables).field('user-agent')
  return field === undefined ? undefined : variables.userAgent(field)
}

const userAgentTree = text((variables) => req(variables).field('user-agent'), {
  name: text((variables) => agent(variables)?.name),
  version: text((variables) => agent(variables)?.version),
  os: text((variables) => agent(variables)?.os),
  os_version: text((variables) => agent(variables)?.osVersion),
  device: text((variables) => agent(variables)?.device),
  url: text((variables) => agent(variables)?.url),
  is_mobile: flag((variables) => agent(variables)?.kind === 'mobile'),
  is_tablet: flag((variables) => agent(variables)?.kind === 'tablet'),
  is_desktop: flag((variables) => agent(variables)?.kind === 'desktop'),
  is_bot: flag((variables) => agent(variables)?.kind === 'bot'),
})

const versionOf = ({ facts: { version, head } }: RequestVariables): string => version ?? `HTTP/1.${head.minorVersion}`

/** `req.*`. Reference §3.5 */
export const requestTree: VariableNode = {
  phases: httpPhases,
  members: {
    ...messageTree(req),
    id: text((variables) => req(variables).facts.id),
    method: text((variables) => req(variables).facts.head.method),
    version: text((variables) => versionOf(req(variables))),
    host: text((variables) => req(variables).host),
    url: urlTree,
    user_agent: userAgentTree,
    ts: group({
      header_received: time((variables) => req(variables).facts.receivedAt),
      body_received: time((variables) => req(variables).facts.bodyReceivedAt?.()),
    }),
  },
}

const res = ({ response }: PhaseVariables): ResponseVariables => response!

/** `res.*`. Reference §3.6 */
export const responseTree: VariableNode = {
  phases: responsePhases,
  members: { ...messageTree(res), status_code: whole((variables) => res(variables).status) },
}
