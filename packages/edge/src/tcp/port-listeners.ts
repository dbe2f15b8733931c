import { createServer, type Server, type Socket } from 'node:net'
import { TunnelError } from '@tunnel/protocol'

/** The listening ports of TCP endpoints, one server each. */
export class PortListeners {
  readonly #servers = new Map<number, Server>()
  readonly #host: string

  constructor(host: string) {
    this.#host = host
  }

  /** Rejects with 334 when another program has the port, with 4501 when it cannot be listened on for another reason. */
  open(port: number, onConnection: (socket: Socket) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
    this.#servers.set(port, server)
    return new Promise((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        this.#servers.delete(port)
        const code = cause.code === 'EADDRINUSE' ? 334 : 4501
        reject(new TunnelError(code, `tcp port ${port} cannot be opened: ${cause.code}`, { cause }))
      })
      server.listen({ port, host: this.#host }, () => {
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
    for (const port of [...this.#servers.keys()]) this.close(port)
  }
}
