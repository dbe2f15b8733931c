import type { CaptureStore } from '../store/capture-store.ts'

/** How many captures are looked at, newest first, and how many names are told. */
const MAX_CAPTURES = 500
const MAX_NAMES = 300

/** Header names of recent captures as they were written first, in the order of the alphabet. */
export function headerNames(store: CaptureStore): string[] {
  const names = new Map<string, string>()
  for (const { requestHead, responseHead } of store.newestFirst().slice(0, MAX_CAPTURES)) {
    for (const headers of [requestHead?.headers, responseHead?.headers]) {
      for (let at = 0; headers && at < headers.length && names.size < MAX_NAMES; at += 2) {
        const name = headers[at] as string
        const key = name.toLowerCase()
        if (!names.has(key)) names.set(key, name)
      }
    }
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name)
}
