import { createReverseTunnelPeer } from './reverse-tunnel.ts'

/** A TCP connection per visitor, without encryption. */
export const bore = createReverseTunnelPeer({
  name: 'bore',
  link: 'plain',
  needs: ['bore'],
  controlPort: 7835,
  commands: ({ publicPort, upstreamPort }) => ({
    server: ['bore', 'server', '--bind-addr', '127.0.0.1'],
    client: [
      'bore',
      'local',
      String(upstreamPort),
      '--local-host',
      '127.0.0.1',
      '--to',
      '127.0.0.1',
      '--port',
      String(publicPort),
    ],
    env: { RUST_LOG: 'error' },
  }),
})
