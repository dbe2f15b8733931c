import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { RequestHead } from '@tunnel/http'
import type { PolicyEvents } from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { type PeerAddress, peersOf } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import { turnTimeMs } from '../turn-time.ts'
import type { EdgeObserver } from './edge-observer.ts'
import { ExchangeRecord } from './exchange-record.ts'

/** What a visitor connection is to the edge; `tls`: of an endpoint whose traffic is no HTTP. */
export type ConnectionKind = 'http1' | 'http2' | 'tcp' | 'tls'

/** TLS that has ended at the edge. */
export interface ConnectionTls {
  /** As Node says it: `TLSv1.3`. */
  readonly version: string
  /** IANA's name. */
  readonly cipherSuite: string
  /** Of the visitor, where it was asked for one and has shown it. */
  readonly clientCertificate: X509Certificate | undefined
}

/** One visitor connection, from when it is known what it speaks until it is closed. */
export class ConnectionRecord {
  readonly kind: ConnectionKind
  readonly visitor: PeerAddress
  /** Where it arrived, as the visitor sees it. */
  readonly local: PeerAddress
  /** On the clock of `performance.now()`, as all `…AtMs` of records are. Of a connection over TLS: when the handshake was over. */
  readonly startedAtMs = turnTimeMs()
  /** Of TLS: what the visitor named, lowercase. */
  readonly serverName: string | undefined
  /** `undefined` where TLS does not end at the edge, or there is none. */
  readonly tls: ConnectionTls | undefined
  /** Whom its traffic was first for; `undefined` while that was nobody. */
  endpoint: Endpoint | undefined
  /** HTTP: as policies know it, once one has asked. */
  policies: ConnectionPolicies | undefined
  /** Why the edge has ended it, or could not serve it. */
  errorCode: string | undefined
  /** `undefined` while it is open. */
  closedAtMs: number | undefined
  /** Exchanges that are over. */
  exchangeCount = 0
  readonly #observer: EdgeObserver
  readonly #socket: Socket
  #decided: PolicyEvents[] | undefined
  #isTold = false

  constructor(observer: EdgeObserver, socket: Socket, kind: ConnectionKind, serverName?: string) {
    const { visitor, local } = peersOf(socket)
    this.kind = kind
    this.visitor = visitor
    this.local = local
    this.serverName = serverName
    this.tls = socket instanceof TLSSocket ? tlsOf(socket) : undefined
    this.#observer = observer
    this.#socket = socket
    socket.once('close', () => this.#close())
  }

  /** From the visitor; of TLS that ends at the edge what was inside. */
  get bytesIn(): number {
    return this.#socket.bytesRead
  }

  /** To the visitor. */
  get bytesOut(): number {
    return this.#socket.bytesWritten
  }

  /** What the rules for connections of each policy have decided. */
  policyEvents(): readonly PolicyEvents[] {
    if (this.#decided === undefined && this.policies === undefined) return none
    return [...(this.#decided ?? []), ...(this.policies?.events() ?? [])]
  }

  addPolicyEvents(events: PolicyEvents): void {
    this.#decided ??= []
    this.#decided.push(events)
  }

  /** A request has come over it; `head` is `undefined` where it could not be read. */
  begin(head: RequestHead | undefined): ExchangeRecord {
    const exchange = new ExchangeRecord(this, head)
    if (this.#observer.beginTrace !== undefined && head !== undefined) exchange.beginTrace(this.#observer)
    return exchange
  }

  /** Its host leads to an endpoint, or to nobody; in any case not to the edge itself, so that a visitor it is. */
  lead(exchange: ExchangeRecord, endpoint: Endpoint | undefined): void {
    exchange.endpoint = endpoint
    this.endpoint ??= endpoint
    this.open()
  }

  /** From now on it is told, once. */
  open(): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#observer.connectionOpened?.(this)
  }

  finish(exchange: ExchangeRecord): void {
    this.open()
    this.exchangeCount++
    exchange.endedAtMs = turnTimeMs()
    this.#observer.exchangeFinished?.(exchange)
  }

  #close(): void {
    this.closedAtMs = performance.now()
    if (this.#isTold) this.#observer.connectionClosed?.(this)
  }
}

const none: readonly PolicyEvents[] = []

function tlsOf(socket: TLSSocket): ConnectionTls {
  return {
    version: socket.getProtocol() ?? '',
    cipherSuite: socket.getCipher()?.standardName ?? '',
    clientCertificate: socket.getPeerX509Certificate(),
  }
}
