/**
 * Lets an exception of a user's listener reach the process as it would have, but not through the frame that is being
 * decoded: it must not cost the other streams the rest of the chunk.
 */
export function rethrowLater(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
