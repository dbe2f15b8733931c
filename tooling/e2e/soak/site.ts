import { once } from 'node:events'
import { type ClientRequest, type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import type { LargeBody } from '../src/harness/large-body.ts'

/** What visitors of one agent need to know. */
export interface Site {
  readonly http: URL
  readonly https: URL
  readonly tcp: URL
  /** PEM of the CA that signed the site's certificate. */
  readonly ca: string
  /** Visitors that keep their connections. */
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  readonly large: LargeBody
}

export interface RequestSettings {
  readonly method?: string
  readonly headers?: Record<string, string | number>
  /** `false`: a connection for this request alone. */
  readonly keepAlive?: boolean
}

/** A request to the site, whose body the caller writes. Connects to loopback and names the site in SNI and Host. */
export function open(site: Site, url: URL, path: string, settings: RequestSettings = {}): ClientRequest {
  const isTls = url.protocol === 'https:'
  const options = {
    host: '127.0.0.1',
    port: url.port,
    path,
    method: settings.method ?? 'GET',
    headers: { host: url.host, ...settings.headers },
  }
  const outgoing = isTls
    ? httpsRequest({
        ...options,
        servername: url.hostname,
        ca: site.ca,
        agent: settings.keepAlive === false ? false : site.agents.https,
      })
    : httpRequest({ ...options, agent: settings.keepAlive === false ? false : site.agents.http })
  // Whoever waits for the answer hears of errors.
  outgoing.on('error', () => {})
  return outgoing
}

/** The answer's head. Rejects when there is none, or its status is not 200. */
export async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  if (response.statusCode === 200) return response
  const words = await text(response).catch(() => '')
  throw new Error(`status ${response.statusCode}: ${words.slice(0, 200)}`)
}

export function assertSame(what: string, actual: string, expected: string): void {
  if (actual !== expected)
    throw new Error(`${what} is ${JSON.stringify(actual.slice(0, 200))}, not ${JSON.stringify(expected)}`)
}
