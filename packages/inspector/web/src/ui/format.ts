/** `26.58ms`, `1.24s`, `2m 5s`: as an agent writes durations. */
export function durationText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '…'
  if (ms < 1_000) return `${ms < 100 ? ms.toFixed(2) : Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)}s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`
}

/** `462 B`, `10.2 kB`: thousands, as the filter counts them. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes >= size * 100 ? 0 : 1)} ${unit}`
  }
  return ''
}

/** `1 byte`, `12,345 bytes`. */
export const byteCount = (bytes: number): string => counted(bytes, 'byte')

export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

/** `just now`, `5 minutes ago`. */
export function agoText(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1_000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} seconds ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${counted(hours, 'hour')} ago` : `${counted(Math.floor(hours / 24), 'day')} ago`
}

/** `14:03:07`, in the reader's own time. */
export const clockText = (at: string): string => new Date(at).toLocaleTimeString('en-GB')
