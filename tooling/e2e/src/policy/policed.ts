import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { EndpointConfig, Listener } from '@tunnel/agent-core'
import { startTestEdge, type TestEdge, type TestEdgeOptions } from '../harness/test-edge.ts'
import { within } from '../harness/until.ts'
import { startUpstream, type Upstream } from '../harness/upstream.ts'

/** What an upstream says that it was asked. */
export interface Asked {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

/** Answers with what it was asked, as JSON. */
export async function tellAsked(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = incoming
  const body = (await buffer(incoming)).toString()
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ method, url, headers, body }))
}

export const askedIn = ({ text }: { text: string }): Asked => JSON.parse(text) as Asked

export interface PolicedEndpoint {
  tunnel: TestEdge
  upstream: Upstream
  listener: Listener
  url: string
}

/** An endpoint with a policy before an upstream that tells what it was asked, or does as `handle` says. */
export async function police(
  traffic_policy: string,
  options: TestEdgeOptions & { config?: EndpointConfig; handle?: Parameters<typeof startUpstream>[0] } = {},
): Promise<PolicedEndpoint> {
  const { config, handle = (incoming, response) => void tellAsked(incoming, response), ...edge } = options
  const tunnel = await startTestEdge(edge)
  const upstream = await startUpstream(handle)
  const listener = await tunnel.forward(upstream, { ...config, traffic_policy })
  return { tunnel, upstream, listener, url: listener.url() as string }
}

/** What a port of loopback says until it closes the connection, or resets it. */
export function whatItSays(port: number, send = ''): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  if (send !== '') socket.write(send)
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks).toString())))
  return within(closed, `port ${port} to close`)
}
