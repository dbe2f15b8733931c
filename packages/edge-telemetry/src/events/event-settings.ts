/** Which header values events have. `safe`: all but those that are secrets; `all`: these too; `none`: no headers at all. */
export type EventHeaders = 'none' | 'safe' | 'all'

export interface EventLogOptions {
  /** Where lines go: a path, or `-` for standard output, which is never rotated. */
  path: string
  /** Bytes of the file. Before it would have more, it is renamed and another one begun. @default 100 MiB */
  maxBytes?: number | undefined
  /** Files kept beside it: `path.1` is the youngest. 0: none. @default 5 */
  maxFiles?: number | undefined
  /** Events that are not written yet. Beyond: they are dropped and counted. @default 10_000 */
  maxQueuedEvents?: number | undefined
  /** @default `safe` */
  headers?: EventHeaders | undefined
  /** Told once that nothing can be written, and once that it goes on. */
  log: EventLogWarnings
}

export interface EventLogWarnings {
  warn(fields: object, message: string): void
  info(fields: object, message: string): void
}

export const defaultEventSettings = {
  maxBytes: 100 * 1024 * 1024,
  maxFiles: 5,
  maxQueuedEvents: 10_000,
  headers: 'safe',
} as const

/** Bytes of lines that wait for the disk. Beyond: events are dropped and counted. */
export const MAX_UNWRITTEN_BYTES = 32 * 1024 * 1024

/** Characters of a header value, a path, a query or a user agent in an event. Beyond: cut. */
export const MAX_VALUE_LENGTH = 1024

/** Fields of one head in an event. Beyond: left out. */
export const MAX_EVENT_HEADERS = 200
