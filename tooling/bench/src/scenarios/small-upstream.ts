import { startNginx } from '../nginx.ts'
import type { Children } from '../process.ts'
import { freePort, waitForPort } from '../target.ts'

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

/** The same for a probe: on a free port, which it resolves to once it listens. */
export async function ownSmallUpstream(children: Children, signal: AbortSignal): Promise<number> {
  const port = await freePort()
  await startSmallUpstream(port, children)
  await waitForPort(port, children, signal)
  return port
}

export const smallLocation = `location / { return 200 "${'x'.repeat(smallBodyBytes)}"; }`
