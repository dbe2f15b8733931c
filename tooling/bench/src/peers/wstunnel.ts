import { createReverseTunnelPeer } from './reverse-tunnel.ts'

/** WebSockets over TLS with the certificate that it carries (7.0 and later). */
export const wstunnel = createReverseTunnelPeer({
  name: 'wstunnel',
  link: 'encrypted',
  needs: ['wstunnel'],
  commands: ({ controlPort, publicPort, upstreamPort }) => ({
    server: ['wstunnel', 'server', `wss://127.0.0.1:${controlPort}`],
    client: [
      'wstunnel',
      'client',
      '-R',
      `tcp://127.0.0.1:${publicPort}:127.0.0.1:${upstreamPort}`,
      `wss://127.0.0.1:${controlPort}`,
    ],
    env: { RUST_LOG: 'error' },
  }),
})
