/** The way from a session to its connection. */
export interface Link {
  /**
   * Hands over one batch. False: no more until `LinkEvents.onDrain`. `onFree` runs when nobody refers to its bytes any more,
   * which may be before it returns; never, where that cannot be known.
   */
  write(parts: Buffer[], onFree?: () => void): boolean
  /** Ends the connection after what was written; `onReleased` runs when the peer's side is closed too. */
  end(onReleased: () => void): void
  /** Ends it now. */
  destroy(): void
}

export interface LinkEvents {
  onData(chunk: Buffer): void
  onDrain(): void
  /** The peer will send nothing more. */
  onEnd(): void
  onError(error: Error): void
}
