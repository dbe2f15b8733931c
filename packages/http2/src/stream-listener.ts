/** Hears of one stream. Called synchronously while bytes are received, and by the connection's end. Must not throw. */
export interface StreamListener {
  /** `chunk` is a subarray of what was received: valid for as long as the receiver leaves that alone. Padding is not in it. */
  onData(chunk: Buffer): void
  /** The peer has ended its side. `trailers`: names and values in turn; `undefined` where there were none. Not called for a request that its head ended. */
  onEnd(trailers: readonly string[] | undefined): void
  /** `write` has said `false`, and there is room again. */
  onDrain(): void
  /** The last call. `code`: of the RST_STREAM that either side has sent, or CANCEL where the connection went; `undefined` after both sides have ended. */
  onClose(code: number | undefined): void
}
