/** How often something was refused since the edge started, by what refused it. */
export interface RefusedCounts {
  /** Connections beyond `maxVisitorConnections`. */
  connectionsInAll: number
  /** Connections beyond `maxConnectionsPerAddress`. */
  connectionsOfAddress: number
  /** Connections and requests beyond `maxConnectionsPerEndpoint`. */
  atEndpoint: number
  /** Connections of agents beyond `maxUnauthenticatedSessions` and `maxUnauthenticatedPerAddress`. */
  unauthenticated: number
  /** By overload: connections, closed or answered with 503. */
  connections: number
  /** By overload: agents that said hello. */
  sessions: number
  /** By overload: requests on connections that were there before. */
  requests: number
}

export function noneRefused(): RefusedCounts {
  return {
    connectionsInAll: 0,
    connectionsOfAddress: 0,
    atEndpoint: 0,
    unauthenticated: 0,
    connections: 0,
    sessions: 0,
    requests: 0,
  }
}
