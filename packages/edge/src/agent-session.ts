import type { StreamHeader, TunnelError } from '@tunnel/protocol'

/**
 * One connected agent, whatever protocol it speaks. Pools, routing and the data path know only this:
 * the native protocol is one implementation, the official SDKs' and the SSH gateway are others.
 */
export interface AgentSession {
  readonly id: string
  readonly credentialId: string
  readonly accountId: string
  readonly remoteAddress: string
  /** Streams that are open, where it knows. */
  readonly streamCount?: number
  /**
   * Opens a stream to the upstream of an endpoint. Bytes may be written at once, before the agent has connected.
   * The receiver gets the upstream's bytes only. Throws {@link TunnelError} 3210 when no stream can be opened, 743 at the limit.
   */
  openStream(header: StreamHeader, receiver: StreamReceiver): AgentStream
  /** Whether the agent shows a sign of life within `withinMs`. Does not end the session when it shows none. */
  isAlive(withinMs: number): Promise<boolean>
  /** Resolves when its connection is closed, for whatever reason. */
  readonly gone: Promise<void>
  /** Tells the agent what the policy of an endpoint did with a request that was explained. `trace` is JSON. */
  traced?(endpointId: string, token: string, trace: string): void
  /** Tells the agent that the session will end, and that it is to come anew at once when `resumeNow`; it goes on until {@link close}. */
  leave(reason: TunnelError, options: { resumeNow: boolean }): void
  /** Ends the session: says why, lets the agent know whether to come back, resets what is left. Idempotent. */
  close(reason: TunnelError): void
}

/** What the edge does with a stream to an upstream. */
export interface AgentStream {
  /**
   * `false`: wait for `onStreamDrain`. A string is latin1 (a head). The buffer is passed on by reference and must not change before `onFree`, which
   * says that nothing refers to it any more. It may run before `write` returns, and may never run.
   */
  write(data: Buffer | string, onFree?: () => void): boolean
  /**
   * As `write`, for less, of what is a whole message: it leaves even where the stream is destroyed in the same turn. So not for a head whose body may
   * turn out to be malformed. The buffer may change when this returns.
   */
  writeMessage(data: Buffer | string): boolean
  /** No more bytes to the upstream; its own go on. */
  end(): void
  /** Ends both directions now. `onStreamClose` follows. Idempotent. */
  destroy(): void
  /** Stops `onStreamData`; the upstream is held back by the window. */
  pause(): void
  resume(): void
}

/** What the edge hears from a stream. Calls are synchronous and come from the event loop turn in which the bytes arrived. */
export interface StreamReceiver {
  /**
   * The contract of a receiver that needs no buffer of its own: of a chunk, and of all parts of it, it keeps no reference once `onStreamData` has
   * returned; neither does anybody that it hands them to. Whatever is needed later has been copied, since the next read of any agent's
   * connection overwrites the chunk. Asked before each chunk: whoever may come to keep one, by what the chunk itself says, is not to promise it.
   *
   * @default false: a chunk stays as it is for as long as somebody refers to it
   */
  readonly consumesAtOnce?: boolean
  onStreamData(chunk: Buffer): void
  /** The upstream ended its direction. */
  onStreamEnd(): void
  onStreamDrain(): void
  /** Last call, exactly once. With an error when the stream did not end by both sides: 8012 when the agent could not reach the upstream, 3210 when the session broke. */
  onStreamClose(error: TunnelError | undefined): void
}
