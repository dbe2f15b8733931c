import { randomBytes } from 'node:crypto'

const PREFIX = `ev_${randomBytes(12).toString('hex')}`
let count = 0

/** A name that no other event has, of this process or another. */
function nextEventId(): string {
  count++
  return PREFIX + count.toString(36).padStart(8, '0')
}

/** The beginning of an event's envelope (reference edge-and-api.md §9.1), to the brace of its object. */
export function envelopeBegin(type: string, timestamp: string): string {
  return `{"event_id":"${nextEventId()}","event_type":"${type}","event_timestamp":"${timestamp}","object":{`
}

/** The rest of it, from the object's brace to the end of the line. Events of traffic have no principal. */
export function envelopeEnd(accountId: string | undefined): string {
  return `},"account_id":${accountId === undefined ? 'null' : JSON.stringify(accountId)},"principal":null}\n`
}
