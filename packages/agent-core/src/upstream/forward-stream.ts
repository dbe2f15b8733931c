import type { Socket } from 'node:net'
import type { ObserveConnection, ObserveExchange } from '@tunnel/http'
import { encodeStreamRefused, STREAM_ACCEPTED, type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import { brokenBy, type StreamTap } from '../inspection/stream-tap.ts'
import { tapOpener } from '../inspection/tap-opener.ts'
import type { UpstreamAddress } from './address.ts'
import { reasonOf } from './dial-error.ts'
import { connectedEvent, dialUpstream, type UpstreamDialOptions } from './dial-upstream.ts'
import { readBuffers } from './read-buffers.ts'
import { resetSocket } from './reset-socket.ts'
import { UpstreamWrites } from './upstream-writes.ts'

export interface ForwardOptions extends UpstreamDialOptions {
  /** How long a connection to the upstream may take. @default 3_000 (reference §2.3) */
  dialTimeoutMs?: number | undefined
  /** Goes to the upstream before anything of the visitor. */
  announcement?: Buffer | undefined
}

/** What connections to an upstream report. All optional; called synchronously. */
export interface ForwardEvents {
  /** `visitorAddress` is `host:port` of the visitor that caused it; those of an http endpoint may share a connection. */
  onOpened?(visitorAddress: string): void
  onClosed?(facts: { durationMs: number; bytesIn: number; bytesOut: number }): void
  onFailed?(error: TunnelError, visitorAddress: string): void
  /** Asked once for each exchange of an http endpoint. Without it no HTTP is read here. */
  observe?: ObserveExchange | undefined
  /** Asked once for each connection of a tcp or tls endpoint. */
  observeConnection?: ObserveConnection | undefined
}

/** Connects a stream of the edge with a new upstream connection and moves bytes both ways, as they are. */
export function forwardStream(
  stream: Stream,
  header: StreamHeader,
  first: Buffer,
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
): void {
  const { visitorAddress } = header
  const tap = tapOpener(
    events,
    header,
  )?.((direction, bytes) => {
    if (direction === 'response') stream.send(bytes)
    else if (!upstream.writableEnded) writes.write(bytes)
  })
  const upstream = dialUpstream(address, options, (bytes, buffer) => {
    const chunk = buffer.subarray(0, bytes)
    tap?.fromUpstream(chunk)
    if (bytes <= COPY_BYTES) {
      if (!stream.sendCopy(chunk)) upstream.pause()
      return false
    }
    if (!stream.send(chunk, () => readBuffers.give(buffer))) upstream.pause()
    return true
  })
  const startedAt = performance.now()
  const dialTimeoutMs = options.dialTimeoutMs ?? DEFAULT_DIAL_TIMEOUT_MS
  const dialTimer = setTimeout(
    () => upstream.destroy(new Error(`no connection within ${dialTimeoutMs} ms`)),
    dialTimeoutMs,
  )
  const writes = new UpstreamWrites(upstream, () => stream.pause())
  let connected = false

  upstream.once(connectedEvent(address), () => {
    clearTimeout(dialTimer)
    connected = true
    stream.write(STREAM_ACCEPTED)
    events.onOpened?.(visitorAddress)
    tap?.connected()
  })
  upstream.on('error', (cause: Error) => {
    clearTimeout(dialTimer)
    if (connected) {
      tap?.closed(brokenBy.upstream)
      stream.destroy()
      return
    }
    refuse(stream, cause, events, visitorAddress, tap)
  })
  upstream.on('close', (hadError: boolean) => {
    clearTimeout(dialTimer)
    if (!connected) {
      // An error has been answered already.
      if (hadError || stream.destroyed) return
      refuse(stream, new Error('the connection was closed'), events, visitorAddress, tap)
      return
    }
    tap?.closed(hadError ? brokenBy.upstream : undefined)
    if (hadError) stream.destroy()
    events.onClosed?.({
      durationMs: performance.now() - startedAt,
      bytesIn: upstream.bytesWritten,
      bytesOut: upstream.bytesRead,
    })
  })
  // Node closes a TLS connection that is ended before its handshake is over, without a byte of the answer.
  const endUpstream = (): void => {
    if (connected) writes.end()
    else upstream.once(connectedEvent(address), () => writes.end())
  }
  if (options.announcement) upstream.write(options.announcement)
  if (first.length > 0) {
    tap?.fromVisitor(first)
    upstream.write(first)
  }
  // A TCP upstream is to see the difference between a visitor that ended and one that broke off; for an HTTP upstream, whose
  // messages have their own ends, an unused connection is no error.
  const breakOff = (): void => void (address.scheme === 'tcp' ? resetSocket(upstream) : upstream.destroy())
  pump(stream, upstream, writes, endUpstream, breakOff, tap)
}

export const DEFAULT_DIAL_TIMEOUT_MS = 3000

/** Tells the edge that the upstream cannot be reached, and why. */
export function refuse(
  stream: Stream,
  cause: Error,
  events: ForwardEvents,
  visitorAddress: string,
  tap?: StreamTap,
): void {
  const error = new TunnelError(8012, reasonOf(cause), { cause })
  events.onFailed?.(error, visitorAddress)
  tap?.closed(error.code)
  stream.end(encodeStreamRefused(error))
  // Bytes that are already on their way are not for anybody.
  stream.resume()
}

/** Up to here a copy is cheaper than another buffer, and an idle connection keeps but one. */
const COPY_BYTES = 4 * 1024

function pump(
  stream: Stream,
  upstream: Socket,
  writes: UpstreamWrites,
  endUpstream: () => void,
  breakOff: () => void,
  tap: StreamTap | undefined,
): void {
  stream.on('drain', () => upstream.resume())
  upstream.on('end', () => {
    tap?.upstreamEnded()
    stream.end()
  })
  stream.readInto({
    consumesAtOnce: true,
    onData(chunk) {
      tap?.fromVisitor(chunk)
      writes.write(chunk)
    },
    onEnd() {
      tap?.visitorEnded()
      endUpstream()
    },
  })
  upstream.on('drain', () => stream.resume())
  // A reset of the edge: its visitor left, or it has no use for the connection any more.
  stream.on('error', () => {
    tap?.closed(brokenBy.visitor)
    breakOff()
  })
  stream.on('close', () => {
    if (upstream.writableEnded && upstream.readableEnded) return
    tap?.closed(brokenBy.visitor)
    breakOff()
  })
}
