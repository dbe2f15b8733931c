import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way over TCP to `target` that a test can break without either end being told. */
export interface FaultyLink {
  readonly port: number
  /** Connections that pass through it now. */
  readonly openCount: number
  /** Lets no byte pass, and no end: as a cable that is out, or a peer whose machine sleeps. New connections are accepted and dead too. */
  freeze(): void
  thaw(): void
  /** Leaves the open connections dead for ever, as when an address changed; new ones pass. */
  abandon(): void
  /** New connections to the target come from this address of loopback. */
  comeFrom(localAddress: string): void
  /** Ends every connection on both sides, and takes no new ones. */
  close(): Promise<void>
}

export async function createFaultyLink(target: { port: number }): Promise<FaultyLink> {
  const pairs = new Set<Pair>()
  let isFrozen = false
  let localAddress = '127.0.0.1'
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ port: target.port, host: '127.0.0.1', localAddress, allowHalfOpen: true })
    const pair = new Pair(near, far, () => pairs.delete(pair))
    pairs.add(pair)
    if (!isFrozen) pair.thaw()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get openCount() {
      return pairs.size
    },
    freeze: () => {
      isFrozen = true
      for (const pair of pairs) pair.freeze()
    },
    thaw: () => {
      isFrozen = false
      for (const pair of pairs) pair.thaw()
    },
    abandon: () => {
      for (const pair of pairs) pair.abandon()
    },
    comeFrom: (address) => {
      localAddress = address
    },
    close: () => {
      for (const pair of pairs) pair.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Both halves of one connection. What is not read is not passed on, a FIN neither. */
class Pair {
  readonly #sockets: readonly [Socket, Socket]
  #isAbandoned = false

  constructor(near: Socket, far: Socket, onGone: () => void) {
    this.#sockets = [near, far]
    pass(near, far)
    pass(far, near)
    this.freeze()
    let open = 2
    for (const socket of this.#sockets) {
      socket.once('close', () => {
        open--
        if (open === 0) onGone()
        else if (!this.#isAbandoned) this.destroy()
      })
    }
  }

  freeze(): void {
    for (const socket of this.#sockets) socket.pause()
  }

  thaw(): void {
    if (!this.#isAbandoned) for (const socket of this.#sockets) socket.resume()
  }

  abandon(): void {
    this.#isAbandoned = true
    this.freeze()
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** By hand: `pipe` would read on by itself after a pause. */
function pass(from: Socket, to: Socket): void {
  from.on('data', (chunk: Buffer) => void to.write(chunk))
  from.on('end', () => to.end())
  from.on('error', () => {})
}
