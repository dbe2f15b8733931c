import { fileURLToPath } from 'node:url'
import { makeCertificate } from '../certificate.ts'
import type { Peer } from '../peer.ts'
import { freePort, loopbackTarget, waitForPort } from '../target.ts'
import { tunnelUnavailable } from '../tunnel-programs.ts'

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))

/** What two Node processes with TLS between them can do at most: they read and write as the tunnel does, and do nothing else. */
export const nodePair: Peer = {
  name: 'node-pair',
  link: 'encrypted',
  needs: ['openssl'],
  // They import a package of its.
  unavailable: tunnelUnavailable,
  async start({ upstreamPort, children, signal }) {
    const [publicPort, linkPort] = [await freePort(), await freePort()]
    const { key, certificate } = await makeCertificate(children, signal)
    // As tunnel-edge sets it for itself (docs/performance.md).
    const flags = ['--semi-space-growth-factor=1']
    const ports = [String(publicPort), String(linkPort)]
    children.startFront([process.execPath, ...flags, program('pair-edge'), ...ports, key, certificate])
    await waitForPort(linkPort, children, signal)
    children.start([process.execPath, program('pair-agent'), String(linkPort), String(upstreamPort)])
    return loopbackTarget(publicPort)
  },
}
