import { createReverseTunnelPeer } from './reverse-tunnel.ts'

/** Its default transport: TCP without encryption. */
export const rathole = createReverseTunnelPeer({
  name: 'rathole',
  link: 'plain',
  needs: ['rathole'],
  commands: ({ controlPort, publicPort, upstreamPort }) => ({
    files: {
      'server.toml': `[server]
bind_addr = "127.0.0.1:${controlPort}"
default_token = "bench"

[server.services.bench]
bind_addr = "127.0.0.1:${publicPort}"
`,
      'client.toml': `[client]
remote_addr = "127.0.0.1:${controlPort}"
default_token = "bench"

[client.services.bench]
local_addr = "127.0.0.1:${upstreamPort}"
`,
    },
    server: ['rathole', '--server', 'server.toml'],
    client: ['rathole', '--client', 'client.toml'],
    env: { RUST_LOG: 'error' },
  }),
})
