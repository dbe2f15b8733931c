/** The wire versions this package speaks, newest first. A version number is never a package version. */
export const PROTOCOL_VERSIONS: readonly number[] = [1]

/** The TLS ALPN name of agent ingress (SPEC §1). */
export const AGENT_ALPN = 'tunnel/1'

/** The path of the WebSocket way in, on the edge's own host (SPEC §1). */
export const AGENT_WEBSOCKET_PATH = '/.tunnel/connect'

/** The newest version both sides speak, or `undefined` when there is none (the edge then answers 811). */
export function negotiateVersion(offered: readonly number[]): number | undefined {
  return PROTOCOL_VERSIONS.find((version) => offered.includes(version))
}
