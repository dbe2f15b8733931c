import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { breakOff } from './break-off.ts'

/** A network between an agent and its edge that a test can break. */
export interface Relay {
  readonly port: number
  /** Breaks every connection on both sides; new ones pass. */
  cut(): void
  /** Breaks every connection on the agent's side; the edge hears nothing. */
  cutNear(): void
  /** Where new connections go from now on. */
  retarget(port: number): void
  /** Lets nothing new pass. */
  close(): void
}

export async function startRelay(target: { port: number }): Promise<Relay> {
  let { port: targetPort } = target
  const near = new Set<Socket>()
  const far = new Set<Socket>()
  const keep = (socket: Socket, all: Set<Socket>): Socket => {
    all.add(socket)
    return socket.on('close', () => all.delete(socket)).on('error', () => {})
  }
  const server = createServer((agent) => {
    const edge = keep(connect(targetPort, '127.0.0.1'), far)
    keep(agent, near).pipe(edge).pipe(agent)
    edge.on('error', () => breakOff(agent))
  })
  const cutAll = (sockets: Set<Socket>): void => {
    for (const socket of sockets) breakOff(socket)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      cutAll(near)
      cutAll(far)
    },
    cutNear: () => {
      for (const socket of near) socket.unpipe()
      cutAll(near)
    },
    retarget: (port) => {
      targetPort = port
    },
    close: () => void server.close(),
  }
  onTestFinished(() => {
    relay.close()
    relay.cut()
  })
  return relay
}
