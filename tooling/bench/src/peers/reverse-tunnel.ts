import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Peer } from '../peer.ts'
import type { Command } from '../process.ts'
import { freePort, loopbackTarget, waitForPort } from '../target.ts'

export interface TunnelPorts {
  /** Where the client half connects to the server half. */
  readonly controlPort: number
  /** Where the server half takes visitors. */
  readonly publicPort: number
  readonly upstreamPort: number
}

export interface TunnelCommands {
  /** Configuration files by name; the commands run in the directory that holds them. */
  readonly files?: Readonly<Record<string, string>>
  readonly server: Command
  readonly client: Command
  readonly env?: Readonly<Record<string, string>>
}

export interface ReverseTunnel extends Omit<Peer, 'start'> {
  /** Some programs have it compiled in; chosen freely where absent. */
  readonly controlPort?: number
  commands(ports: TunnelPorts): TunnelCommands
}

/** The shape that the tunnels have in common: a server half, then a client half, then a public port that answers. */
export function createReverseTunnelPeer({ commands, controlPort: fixedControlPort, ...peer }: ReverseTunnel): Peer {
  return {
    ...peer,
    async start({ upstreamPort, children, signal }) {
      const controlPort = fixedControlPort ?? (await freePort())
      const publicPort = await freePort()
      const { files = {}, server, client, env = {} } = commands({ controlPort, publicPort, upstreamPort })
      for (const [name, text] of Object.entries(files)) await writeFile(join(children.dir, name), text)
      children.startFront(server, { env })
      await waitForPort(controlPort, children, signal)
      children.start(client, { env })
      return loopbackTarget(publicPort)
    },
  }
}
