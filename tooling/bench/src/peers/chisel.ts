import { createReverseTunnelPeer } from './reverse-tunnel.ts'

/** SSH inside a WebSocket. */
export const chisel = createReverseTunnelPeer({
  name: 'chisel',
  link: 'encrypted',
  needs: ['chisel'],
  commands: ({ controlPort, publicPort, upstreamPort }) => ({
    server: ['chisel', 'server', '--host', '127.0.0.1', '--port', String(controlPort), '--reverse'],
    client: [
      'chisel',
      'client',
      `http://127.0.0.1:${controlPort}`,
      `R:127.0.0.1:${publicPort}:127.0.0.1:${upstreamPort}`,
    ],
  }),
})
