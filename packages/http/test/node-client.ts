import { type IncomingMessage, request } from 'node:http'
import { finished } from 'node:stream/promises'
import { createDuplexPair } from '@tunnel/testkit'

export interface NodeResponse {
  informational: number[]
  status: number
  reason: string
  headers: string[]
  body: string
  trailers: string[]
  complete: boolean
}

/** What node:http's client makes of `bytes` as the answer to a GET on a connection that then ends; `undefined` without a response. */
export async function readWithNodeClient(bytes: Buffer): Promise<NodeResponse | undefined> {
  const [near, far] = createDuplexPair()
  const outgoing = request({ host: 'a.example', createConnection: () => near, insecureHTTPParser: false })
  const informational: number[] = []
  outgoing.on('information', ({ statusCode }) => informational.push(statusCode))
  const response = new Promise<IncomingMessage | undefined>((resolve) => {
    outgoing.on('response', resolve)
    outgoing.on('error', () => resolve(undefined))
    outgoing.on('close', () => resolve(undefined))
  })
  outgoing.end()
  far.on('error', () => {}).resume()
  far.end(bytes)
  const incoming = await response
  const read = incoming ? await readResponse(incoming, informational) : undefined
  outgoing.destroy()
  return read
}

async function readResponse(incoming: IncomingMessage, informational: number[]): Promise<NodeResponse> {
  const { statusCode: status = 0, statusMessage: reason = '', rawHeaders: headers } = incoming
  const message = { informational, status, reason, headers, body: '' }
  incoming.setEncoding('latin1').on('data', (chunk: string) => {
    message.body += chunk
  })
  // A response that is cut off fails here, and is not complete.
  await finished(incoming).catch(() => {})
  return { ...message, trailers: incoming.rawTrailers, complete: incoming.complete }
}
