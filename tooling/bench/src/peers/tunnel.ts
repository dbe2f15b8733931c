import type { Peer } from '../peer.ts'
import { agentCommand, startEdge, tunnelUnavailable } from '../tunnel-programs.ts'

/** Our edge and our agent in two processes, TLS 1.3 between them. */
export const tunnel: Peer = {
  name: 'tunnel',
  link: 'encrypted',
  needs: [],
  terminatesTls: true,
  unavailable: tunnelUnavailable,
  async start({ upstreamPort, tls, children, signal }) {
    const { httpPort, httpsPort, connectionString } = await startEdge(children, signal)
    const port = tls ? httpsPort : httpPort
    const host = `bench.localhost:${port}`
    // No peer captures what passes; what that costs is `inspection`'s to say.
    const url = `${tls ? 'https' : 'http'}://${host}`
    children.start(agentCommand(['http', String(upstreamPort), '--url', url, '--inspect=false']), {
      env: { TUNNEL_CONNECT: connectionString },
    })
    return { port, host, ...(tls && { tls }) }
  },
}
