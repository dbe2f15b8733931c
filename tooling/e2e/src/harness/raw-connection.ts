import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { breakOff } from './break-off.ts'
import { identity } from './identity.ts'
import { within } from './until.ts'

/** How a connection ended: by the peer's FIN, or by a reset (over TLS: without the closing alert). */
export type Ending = 'end' | 'reset'

/** One connection byte by byte: what arrives is kept, and can be waited for. */
export class RawConnection {
  readonly socket: Socket
  /** Resolves when the peer has ended its side, or the connection broke. */
  readonly ended: Promise<Ending>
  #received: Buffer[] = []
  #ending: Ending | undefined
  #waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      const settle = (ending: Ending): void => {
        this.#ending ??= ending
        resolve(this.#ending)
        this.#wake()
      }
      socket.on('end', () => settle('end'))
      socket.on('error', () => settle('reset'))
      socket.on('close', () => settle('reset'))
    })
    onTestFinished(() => {
      socket.destroy()
    })
  }

  /** Everything received so far, a character a byte. */
  get text(): string {
    return this.bytes.toString('latin1')
  }

  get bytes(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)]
    return this.#received[0] ?? Buffer.alloc(0)
  }

  send(data: string | Buffer): this {
    if (typeof data === 'string') this.socket.write(data, 'latin1')
    else this.socket.write(data)
    return this
  }

  /** FIN; reading goes on. */
  finish(data = ''): this {
    this.socket.end(data, 'latin1')
    return this
  }

  reset(): void {
    breakOff(this.socket)
  }

  /** Resolves to all that was received once it matches. Rejects when the connection ends without. */
  async receive(pattern: string | RegExp): Promise<string> {
    const matches = (): boolean => (typeof pattern === 'string' ? this.text.includes(pattern) : pattern.test(this.text))
    while (!matches()) {
      if (this.#ending)
        throw new Error(`${this.#ending} before ${pattern}, after ${JSON.stringify(this.text.slice(0, 2000))}`)
      const next = new Promise<void>((resolve) => this.#waiting.push(resolve))
      await within(next, `${pattern} after ${JSON.stringify(this.text.slice(-500))}`)
    }
    return this.text
  }

  /** Everything until the peer ends. */
  async receiveAll(): Promise<string> {
    await within(this.ended, `the end after ${JSON.stringify(this.text.slice(-500))}`)
    return this.text
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** A plain TCP connection to loopback. */
export async function openTcp(port: number): Promise<RawConnection> {
  const socket = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  const connection = new RawConnection(socket)
  await connected(socket, 'connect', connection)
  return connection
}

export interface TlsTarget {
  port: number
  /** SNI; empty for none. */
  serverName: string
  protocols?: string[]
  /** PEM of the CA to trust, for an edge that is not of this process. */
  ca?: string
  maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** A TLS connection to loopback that trusts the test edge's CA. */
export async function openTls(target: TlsTarget): Promise<RawConnection & { readonly socket: TLSSocket }> {
  const ca = target.ca ?? (await identity()).ca
  const socket = connectTls({
    host: '127.0.0.1',
    port: target.port,
    servername: target.serverName,
    ALPNProtocols: target.protocols ?? ['http/1.1'],
    allowHalfOpen: true,
    ca,
    ...(target.serverName === '' && { checkServerIdentity: () => undefined }),
    ...(target.maxVersion && { maxVersion: target.maxVersion }),
  } as ConnectionOptions)
  socket.setNoDelay(true)
  const connection = new RawConnection(socket)
  await connected(socket, 'secureConnect', connection)
  return connection as RawConnection & { readonly socket: TLSSocket }
}

/** A visitor of an endpoint, over TCP or TLS as its URL says. */
export function visit(url: string, settings: { ca?: string } = {}): Promise<RawConnection> {
  const { protocol, hostname, port } = new URL(url)
  if (protocol === 'https:') return openTls({ port: Number(port), serverName: hostname, ...settings })
  return openTcp(Number(port))
}

function connected(socket: Socket, event: string, connection: RawConnection): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
    void connection.ended.then(() => reject(new Error(`closed before ${event}`)))
  })
  return within(ready, event)
}
