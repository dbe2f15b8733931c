import { createContext, useContext, useSyncExternalStore } from 'react'
import type { CaptureFeed } from './capture-feed.ts'
import type { FeedState } from './feed-state.ts'

export const FeedContext = createContext<CaptureFeed | undefined>(undefined)

export function useFeed(): CaptureFeed {
  const feed = useContext(FeedContext)
  if (!feed) throw new Error('there is no capture feed around this component')
  return feed
}

/** The state of the feed; renders again when it or its table changes. */
export function useFeedState(): FeedState {
  const feed = useFeed()
  return useSyncExternalStore(feed.subscribe, feed.state)
}
