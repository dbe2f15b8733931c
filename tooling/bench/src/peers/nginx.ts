import { makeCertificate } from '../certificate.ts'
import { startNginx } from '../nginx.ts'
import type { Peer } from '../peer.ts'
import type { Children } from '../process.ts'
import { freePort } from '../target.ts'

/** One hop of a reverse proxy in C, with connections to the upstream kept alive. */
export const nginx: Peer = {
  name: 'nginx',
  link: 'none',
  needs: ['nginx'],
  terminatesTls: true,
  async start({ upstreamPort, tls, children, signal }) {
    const port = await freePort()
    await startNginx(
      children,
      `upstream target {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl http2' : ''};
    ${tls ? await tlsSettings(children, signal) : ''}
    proxy_http_version 1.1;
    proxy_max_temp_file_size 0;
    proxy_request_buffering off;
    client_max_body_size 0;
    location / {
      proxy_pass http://target;
      proxy_set_header Connection "";
    }
    location /socket {
      proxy_pass http://target;
      proxy_set_header Connection Upgrade;
      proxy_set_header Upgrade $http_upgrade;
    }
  }`,
      { isFront: true },
    )
    return { port, host: tls ? `bench.localhost:${port}` : `127.0.0.1:${port}`, ...(tls && { tls }) }
  },
}

/** The versions that the edge speaks, and no sessions that are taken up again. */
async function tlsSettings(children: Children, signal: AbortSignal): Promise<string> {
  const { key, certificate } = await makeCertificate(children, signal)
  return `ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_tickets off;
    ssl_session_cache off;
    http2_max_requests 1000000000;`
}
