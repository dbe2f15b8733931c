import type { Peer } from './peer.ts'
import { bore } from './peers/bore.ts'
import { chisel } from './peers/chisel.ts'
import { direct } from './peers/direct.ts'
import { frp } from './peers/frp.ts'
import { nginx } from './peers/nginx.ts'
import { nodePair } from './peers/node-pair.ts'
import { nodeProxy } from './peers/node-proxy.ts'
import { rathole } from './peers/rathole.ts'
import { sshReverse } from './peers/ssh-reverse.ts'
import { tunnel } from './peers/tunnel.ts'
import { wstunnel } from './peers/wstunnel.ts'

/** In the order of each round. */
export const peers: readonly Peer[] = [
  tunnel,
  direct,
  nginx,
  nodeProxy,
  nodePair,
  sshReverse,
  frp,
  chisel,
  bore,
  rathole,
  wstunnel,
]

/** The peer whose ratio to the others is printed. */
export const ours = tunnel.name
