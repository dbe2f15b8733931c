import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { identity } from './identity.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  rawHeaders: string[]
  trailers: Record<string, string | undefined>
  body: Buffer
  text: string
}

export interface RequestSettings {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** PEM of the CA to trust, for an edge that is not of this process. */
  ca?: string
  /** Keeps connections for several requests; a connection is used once without it. */
  agent?: HttpAgent
}

/** Sends a request to an endpoint: connects to loopback, names the endpoint in SNI and Host. */
export async function request(url: string, settings: RequestSettings = {}): Promise<Answer> {
  const outgoing = await startRequest(url, settings)
  outgoing.end(settings.body)
  return readAnswer(await responseTo(outgoing))
}

/** The same, for a test that writes the body and reads the answer itself. */
export async function startRequest(url: string, settings: RequestSettings = {}): Promise<ClientRequest> {
  const { protocol, hostname, host, port, pathname, search } = new URL(url)
  const options = {
    host: '127.0.0.1',
    port,
    method: settings.method ?? 'GET',
    path: settings.path ?? pathname + search,
    headers: { host, ...settings.headers },
    agent: settings.agent ?? false,
  }
  const ca = settings.ca ?? (await identity()).ca
  const outgoing = protocol === 'https:' ? httpsRequest({ ...options, servername: hostname, ca }) : httpRequest(options)
  // Whoever waits for the answer hears of errors; after it they are the answer's.
  outgoing.on('error', () => {})
  onTestFinished(() => {
    outgoing.destroy()
  })
  return outgoing
}

export function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
}

/** Reads to the end. Rejects when the answer is cut short. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const body = await buffer(response)
  const { statusCode = 0, headers, rawHeaders, trailers } = response
  return { status: statusCode, headers, rawHeaders, trailers, body, text: body.toString() }
}

/** A client that keeps one connection, for as long as the test. */
export async function keepAliveAgent(scheme: 'http' | 'https'): Promise<HttpAgent> {
  const { ca } = await identity()
  const agent =
    scheme === 'https'
      ? new HttpsAgent({ keepAlive: true, maxSockets: 1, ca })
      : new HttpAgent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}
