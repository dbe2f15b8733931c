import type { Children } from './process.ts'
import type { Target } from './target.ts'

/** One way from a client on loopback to the upstream. */
export interface Peer {
  readonly name: string
  /** What the bytes between its two halves look like; `none` where there is only one process, or no hop at all. */
  readonly link: 'encrypted' | 'plain' | 'none'
  /** Programs without which the peer is skipped. */
  readonly needs: readonly string[]
  /** It can take visitors over TLS, itself. */
  readonly terminatesTls?: true
  /** Another reason to skip it, as a sentence for the user. */
  unavailable?(): string | undefined
  /** Starts its processes. The caller waits until a request passes through. */
  start(host: PeerHost): Promise<Target>
}

export interface PeerHost {
  readonly upstreamPort: number
  /** Visitors come over TLS. */
  readonly tls: boolean
  readonly children: Children
  readonly signal: AbortSignal
}
