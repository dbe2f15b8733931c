import type { Http2Error } from './errors.ts'
import type { ServerStream } from './server-stream.ts'
import type { StreamListener } from './stream-listener.ts'

/** Hears of one connection. Called synchronously while bytes are received. Must not throw. */
export interface ServerHandler {
  /**
   * A request has begun. `fields`: names and values in turn as the peer sent them, pseudo fields among them, read as latin1 and not judged: whether they
   * make a request is the caller's to say. The same array as before where the peer has sent the same block again. `endStream`: nothing follows.
   * The listener of a stream that is reset before this returns hears of that right after.
   */
  onRequest(stream: ServerStream, fields: readonly string[], endStream: boolean): StreamListener
  /** A request whose fields exceed `maxHeaderListBytes` or `maxHeaders`; they were not kept. It can be answered, with 431 say. */
  onOversizedRequest(stream: ServerStream, limit: 'maxHeaderListBytes' | 'maxHeaders'): StreamListener
  /** A stream that the peer gave up before its answer was complete: it may have had work done for nothing. */
  onPeerReset?(): void
  /** The peer has a use for the connection: a request, DATA or PING has come. An answer to a PING of ours is none: `ping` tells of it. */
  onSignOfLife?(): void
  /** The number of open streams has come down to 0. */
  onIdle?(): void
  /** The connection has ended: close the transport once what was written has left. Every stream was closed before. `undefined`: in order. Called once, and not after `destroy`. */
  onEnd(error: Http2Error | undefined): void
}

/** What a connection writes to. */
export interface ConnectionOutput {
  /** Whether the transport can take more heads and DATA. Other frames are bounded otherwise and always written. When not, `ServerConnection.onDrain` must be called later. */
  readonly hasRoom: boolean
  /** `parts` in their order, in one write; they are not changed afterwards. Called by `flush` alone, never with nothing. */
  write(parts: readonly Buffer[], bytes: number): void
  /** There is something to flush: `ServerConnection.flush` is to be called before the event loop's turn is over. Called once until then. */
  schedule(): void
}
