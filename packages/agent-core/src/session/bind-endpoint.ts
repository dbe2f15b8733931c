import { type BoundEndpoint, type EndpointRequest, TunnelError } from '@tunnel/protocol'
import type { Listener } from '../listener.ts'
import type { EdgeConnection } from './connection.ts'

/**
 * Asks the edge for an endpoint. `onBound` is called before any stream of the endpoint is looked at.
 * Rejects with what the edge answered.
 */
export async function bindOver<T>(
  connection: EdgeConnection,
  request: EndpointRequest,
  token: string | undefined,
  onBound: (endpoint: BoundEndpoint) => T,
): Promise<T> {
  let bound: { value: T } | undefined
  const message = { type: 'bind' as const, endpoint: request, ...(token !== undefined && { token }) }
  const answer = await connection.requests.request(message, (answer) => {
    if (answer.type === 'bound') bound = { value: onBound(answer.endpoint) }
  })
  if (!bound) throw new TunnelError(801, `the edge answered a bind with ${answer.type}`)
  return bound.value
}

/** Asks for the address that `token` stands for. An edge that cannot read its own token any more (335) gives what was asked for at first. */
export async function bindAgain(
  connection: EdgeConnection,
  request: EndpointRequest,
  token: string | undefined,
  onBound: (endpoint: BoundEndpoint) => void,
): Promise<void> {
  try {
    await bindOver(connection, request, token, onBound)
  } catch (cause) {
    if (token === undefined || !(cause instanceof TunnelError) || cause.code !== 'ERR_TUNNEL_335') throw cause
    await bindOver(connection, request, undefined, onBound)
  }
}

/** A session that ends meanwhile takes the endpoint offline just as well. */
export async function unbindOver(connection: EdgeConnection, endpointId: string | undefined): Promise<void> {
  if (endpointId !== undefined) await connection.requests.request({ type: 'unbind', endpointId }).catch(() => {})
}

/**
 * What to ask another edge for, so that it serves the address that `listener` has. A port of HTTP is the edge's own matter:
 * each may listen on another one.
 */
export function requestForSameAddress(listener: Listener): EndpointRequest {
  const { request } = listener
  // Labels are no address.
  if (listener.url() === '') return request
  const { protocol, hostname } = new URL(listener.url())
  const isRandom = request.url === undefined || /^(|\w+:\/\/)$/.test(request.url)
  if (!isRandom) return request
  return { ...request, url: protocol === 'tcp:' ? listener.url() : `${protocol}//${hostname}` }
}
