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

/** Asks for the address that `listener` had. An edge that cannot read its own token any more (335) gives what was asked for at first. */
export async function bindAgain(connection: EdgeConnection, listener: Listener): Promise<void> {
  const onBound = (endpoint: BoundEndpoint): void => listener.rebound(endpoint)
  try {
    await bindOver(connection, listener.request, listener.token, onBound)
  } catch (cause) {
    if (!(cause instanceof TunnelError) || cause.code !== 'ERR_TUNNEL_335') throw cause
    await bindOver(connection, listener.request, undefined, onBound)
  }
  // It was closed while the edge bound it.
  if (listener.closed) await unbindOver(connection, listener)
}

/** A session that ends meanwhile takes the endpoint offline just as well. */
export async function unbindOver(connection: EdgeConnection | undefined, listener: Listener): Promise<void> {
  await connection?.requests.request({ type: 'unbind', endpointId: listener.id() }).catch(() => {})
}
