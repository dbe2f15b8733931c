import { createServer, type Server, type Socket } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import { closeDescriptors } from '../handover.ts'

/** The listening ports of TCP endpoints, one server each. */
export class PortListeners {
  readonly #servers = new Map<number, Server>()
  readonly #opening = new Map<number, Promise<void>>()
  readonly #host: string
  /** Listening sockets from the process before, by port, that no endpoint has claimed yet. */
  readonly #inherited = new Map<number, number>()

  constructor(host: string) {
    this.#host = host
  }

  /** Visitors of `port` wait in the socket until it is opened. */
  inherit(port: number, fd: number): void {
    this.#inherited.set(port, fd)
  }

  /** The agents of these ports did not come. */
  closeUnclaimed(): void {
    closeDescriptors(this.#inherited.values())
    this.#inherited.clear()
  }

  *servers(): Iterable<[port: number, server: Server]> {
    yield* this.#servers
  }

  /**
   * A port that is open already goes on as it is. Rejects with 334 when another program has the port, with 4501 when it cannot be
   * listened on for another reason.
   */
  async open(port: number, onConnection: (socket: Socket) => void): Promise<void> {
    const opening = this.#opening.get(port) ?? (this.#servers.has(port) ? undefined : this.#open(port, onConnection))
    if (!opening) return
    this.#opening.set(port, opening)
    await opening.finally(() => this.#opening.delete(port))
  }

  #open(port: number, onConnection: (socket: Socket) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
    this.#servers.set(port, server)
    return new Promise((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        this.#servers.delete(port)
        const code = cause.code === 'EADDRINUSE' ? 334 : 4501
        reject(new TunnelError(code, `tcp port ${port} cannot be opened: ${cause.code}`, { cause }))
      })
      const fd = this.#inherited.get(port)
      this.#inherited.delete(port)
      server.listen(fd === undefined ? { port, host: this.#host } : { fd }, () => {
        server.removeAllListeners('error')
        server.on('error', () => {})
        resolve()
      })
    })
  }

  /** Stops accepting; connections that exist go on. */
  close(port: number): void {
    this.#servers.get(port)?.close()
    this.#servers.delete(port)
  }

  closeAll(): void {
    this.closeUnclaimed()
    for (const port of [...this.#servers.keys()]) this.close(port)
  }
}
