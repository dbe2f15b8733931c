/** Where lines go. One call at a time. */
export interface LineTarget {
  /** Writes whole lines. Rejects when they are not all there; then none of them is, as far as that can be helped. */
  write(lines: Buffer): Promise<void>
  /** The next write opens anew what it is called. */
  reopen(): void
  close(): Promise<void>
}
