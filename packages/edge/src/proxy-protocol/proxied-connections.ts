import type { Socket } from 'node:net'
import { addressOf, stateEnds } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { type ProxyHeader, ProxyHeaderError } from './proxy-header.ts'
import { ProxyHeaderDecoder } from './proxy-header-decoder.ts'
import { TrustedSources } from './trusted-sources.ts'

export interface ProxyProtocolOptions {
  /**
   * Load balancers whose PROXY protocol header, version 1 or 2, is believed: addresses or CIDRs. Whoever connects from there MUST send one;
   * the connection is closed otherwise. From anywhere else a header is what any other unexpected bytes are: a request that is refused.
   */
  trusted: readonly string[]
}

/** Gives connections that come through a load balancer the addresses that it states for them. */
export class ProxiedConnections {
  readonly #trusted: TrustedSources
  readonly #headerTimeoutMs: number
  readonly #log: EdgeLog

  /** Throws a RangeError for a source that is not a network. */
  constructor(options: ProxyProtocolOptions, headerTimeoutMs: number, log: EdgeLog) {
    this.#trusted = new TrustedSources(options.trusted)
    this.#headerTimeoutMs = headerTimeoutMs
    this.#log = log
  }

  /** Serves a connection that was just accepted, once its header is read where it has to have one. */
  accept(socket: Socket, serve: () => void): void {
    if (this.#trusted.has(addressOf(socket))) this.#readHeader(socket, serve)
    else serve()
  }

  #readHeader(socket: Socket, serve: () => void): void {
    const decoder = new ProxyHeaderDecoder()
    const refuse = (why: string): void => {
      this.#log.info({ remoteAddress: addressOf(socket), why }, 'proxy protocol header refused')
      socket.destroy()
    }
    const timer = setTimeout(
      () => refuse(`no header within ${this.#headerTimeoutMs} ms`),
      this.#headerTimeoutMs,
    ).unref()
    const settle = (): void => {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('end', onEnd)
      socket.off('close', settle)
    }
    // Half-open, the socket would wait for our end.
    const onEnd = (): void => void socket.destroy()
    const onReadable = (): void => {
      const header = this.#read(socket, decoder, refuse)
      if (!header) return
      settle()
      if (header.ends) stateEnds(socket, header.ends)
      serve()
    }
    socket.on('readable', onReadable)
    socket.on('end', onEnd)
    socket.on('close', settle)
  }

  /** The header, once it is whole; what follows it is put back. */
  #read(socket: Socket, decoder: ProxyHeaderDecoder, refuse: (why: string) => void): ProxyHeader | undefined {
    // The end is announced by 'readable' too, with nothing to read.
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return undefined
    try {
      const found = decoder.write(chunk)
      if (found && found.rest.length > 0) socket.unshift(found.rest)
      return found?.header
    } catch (cause) {
      if (!(cause instanceof ProxyHeaderError)) throw cause
      refuse(cause.message)
      return undefined
    }
  }
}
