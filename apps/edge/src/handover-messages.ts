import type { HandedNames, ListenerRole } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'

/** Holds the pid of the edge that started this process to take its place. Not a setting, so not of their prefix. */
export const PREDECESSOR_VARIABLE = 'TUNNEL_TAKE_OVER_FROM'

/** The first file descriptor after stdin, stdout, stderr and the channel. */
export const FIRST_LISTENER_FD = 4

/** Where the listeners were asked to listen: a process with other settings opens its own. */
export type ListenerSettings = Pick<EdgeSettings, 'httpAddr' | 'httpsAddr' | 'tcpHost'>

/** What the edge that goes says, in this order. */
export type ToSuccessor =
  /** Listening sockets, in the order of their descriptors from {@link FIRST_LISTENER_FD}. */
  | { type: 'listeners'; roles: ListenerRole[]; settings: ListenerSettings }
  /** Answers `prepared`: the last moment before the successor accepts connections. */
  | { type: 'names'; names: HandedNames }
  /** Answers `ready`: the data directory is the successor's, the predecessor accepts nothing more. */
  | { type: 'go' }

/** What its successor answers: `ready` is the message that any parent gets. */
export type FromSuccessor = { type: 'prepared' } | { type: 'ready' }
