import { createReverseTunnelPeer } from './reverse-tunnel.ts'

/** TLS and stream multiplexing as frp has them by default (0.52 and later: TOML). */
export const frp = createReverseTunnelPeer({
  name: 'frp',
  link: 'encrypted',
  needs: ['frps', 'frpc'],
  commands: ({ controlPort, publicPort, upstreamPort }) => ({
    files: {
      'frps.toml': `bindAddr = "127.0.0.1"
bindPort = ${controlPort}
proxyBindAddr = "127.0.0.1"
auth.token = "bench"
transport.tls.force = true
log.level = "error"
`,
      'frpc.toml': `serverAddr = "127.0.0.1"
serverPort = ${controlPort}
auth.token = "bench"
transport.tls.enable = true
log.level = "error"

[[proxies]]
name = "bench"
type = "tcp"
localIP = "127.0.0.1"
localPort = ${upstreamPort}
remotePort = ${publicPort}
`,
    },
    server: ['frps', '-c', 'frps.toml'],
    client: ['frpc', '-c', 'frpc.toml'],
  }),
})
