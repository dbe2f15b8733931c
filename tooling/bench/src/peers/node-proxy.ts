import { fileURLToPath } from 'node:url'
import type { Peer } from '../peer.ts'
import { freePort, loopbackTarget } from '../target.ts'

const program = fileURLToPath(new URL('../node-proxy-server.js', import.meta.url))

/** One hop of the usual way to write a proxy in Node, in a process of its own. */
export const nodeProxy: Peer = {
  name: 'node-proxy',
  link: 'none',
  needs: [],
  async start({ upstreamPort, children }) {
    const port = await freePort()
    children.startFront([process.execPath, program, String(port), String(upstreamPort)])
    return loopbackTarget(port)
  },
}
