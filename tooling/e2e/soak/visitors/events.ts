import { text } from 'node:stream/consumers'
import { EVENTS } from '../service.ts'
import { answerTo, assertSame, open, type Site } from '../site.ts'

/** Server-sent events to their end. */
export async function listenToEvents(site: Site): Promise<void> {
  const outgoing = open(site, site.https, '/events')
  outgoing.end()
  const events = await text(await answerTo(outgoing))
  assertSame('the count of events', String(events.split('\n\n').length - 1), String(EVENTS))
}
