import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { onTestFinished } from 'vitest'
import { identity } from './identity.ts'

export interface Http2Answer {
  status: number
  headers: IncomingHttpHeaders
  trailers: IncomingHttpHeaders
  informational: number[]
  body: Buffer
  text: string
}

/** An HTTP/2 connection to an endpoint that ends with the test. */
export async function openHttp2(
  url: string,
  settings: { serverName?: string; ca?: string } = {},
): Promise<ClientHttp2Session> {
  const { hostname, port } = new URL(url)
  const ca = settings.ca ?? (await identity()).ca
  const session = connect(url, {
    createConnection: () =>
      connectTls({
        host: '127.0.0.1',
        port: Number(port),
        servername: settings.serverName ?? hostname,
        ca,
        ALPNProtocols: ['h2'],
      }),
  })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

export async function http2Request(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return readHttp2Answer(stream)
}

/** Reads to the end. Rejects when the stream is reset. */
export async function readHttp2Answer(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const informational: number[] = []
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  stream.on('headers', (fields: IncomingHttpHeaders & { ':status'?: number }) =>
    informational.push(fields[':status'] ?? 0),
  )
  stream.on('response', (fields) => {
    headers = fields
  })
  stream.on('trailers', (fields) => {
    trailers = fields
  })
  const body = await buffer(stream)
  const status = Number(headers[':status'])
  return { status, headers, trailers, informational, body, text: body.toString() }
}
