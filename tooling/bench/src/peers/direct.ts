import type { Peer } from '../peer.ts'
import { loopbackTarget } from '../target.ts'

/** No hop: what the client, the upstream and this machine can do at most. */
export const direct: Peer = {
  name: 'direct',
  link: 'none',
  needs: [],
  start: async ({ upstreamPort }) => loopbackTarget(upstreamPort),
}
