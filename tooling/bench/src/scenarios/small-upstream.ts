import { startNginx } from '../nginx.ts'
import type { Children } from '../process.ts'

export const smallBodyBytes = 150

/** nginx answering from its configuration: the fastest upstream at hand, so that the proxies are what is measured. */
export function startSmallUpstream(port: number, children: Children): Promise<void> {
  return startNginx(
    children,
    `server {
    listen 127.0.0.1:${port};
    default_type text/plain;
    ${smallLocation}
  }`,
  )
}

export const smallLocation = `location / { return 200 "${'x'.repeat(smallBodyBytes)}"; }`
