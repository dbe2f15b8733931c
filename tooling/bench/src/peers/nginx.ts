import { startNginx } from '../nginx.ts'
import type { Peer } from '../peer.ts'
import { freePort, loopbackTarget } from '../target.ts'

/** One hop of a reverse proxy in C, with connections to the upstream kept alive. */
export const nginx: Peer = {
  name: 'nginx',
  link: 'none',
  needs: ['nginx'],
  async start({ upstreamPort, children }) {
    const port = await freePort()
    await startNginx(
      children,
      `upstream target {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://target;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_max_temp_file_size 0;
    }
  }`,
    )
    return loopbackTarget(port)
  },
}
