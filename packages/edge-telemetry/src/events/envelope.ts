import { FIRST_EVENT_ID, putNextEventId } from './event-ids.ts'
import type { LineBuffer } from './line-buffer.ts'

const ID = '{"event_id":"'

/** The beginning of envelopes (reference edge-and-api.md §9.1) of one type, to the quote of their timestamp. {@link nameEvent} gives each its id. */
export const envelopeOf = (type: string): string => `${ID}${FIRST_EVENT_ID}","event_type":"${type}","event_timestamp":"`

/** What follows on the timestamp, to the brace of the object. */
export const ENVELOPE_OBJECT = '","object":{'

/** Gives the line that was written from `at` on an id of its own. */
export function nameEvent(lines: LineBuffer, at: number): void {
  putNextEventId(lines.memory, at + ID.length)
}

/** The rest of an envelope, from the object's brace to the end of the line. Events of traffic have no principal. */
export function envelopeEnd(accountId: string | undefined): string {
  return `},"account_id":${accountId === undefined ? 'null' : JSON.stringify(accountId)},"principal":null}\n`
}
