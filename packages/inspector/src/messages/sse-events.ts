import { type DecodedMessage, type DecodedMessages, messageLimits, textOrBase64 } from './message.ts'

interface EventFields {
  event: string
  id: string
  data: string[]
  retryMs: number | undefined
}

/** The events of an event stream (WHATWG HTML §9.2.6). One that its blank line has not ended yet is not among them. `ends` are byte offsets. */
export function sseEvents(bytes: Buffer): DecodedMessages & { ends: number[] } {
  const messages: DecodedMessage[] = []
  const ends: number[] = []
  let fields = noFields('')
  for (const { line, end } of linesOf(bytes)) {
    if (line !== '') {
      readField(line, fields)
      continue
    }
    if (fields.data.length > 0) {
      if (messages.length === messageLimits.maxMessages) {
        return { messages, ends, problem: `only the first ${messageLimits.maxMessages} events are read` }
      }
      messages.push(eventFrom(fields))
      ends.push(end)
    }
    // The id stays until another one comes.
    fields = noFields(fields.id)
  }
  return { messages, ends, problem: null }
}

function* linesOf(bytes: Buffer): Generator<{ line: string; end: number }> {
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  let start = hasMark ? 3 : 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== 0x0a && byte !== 0x0d) continue
    const line = bytes.toString('utf8', start, at)
    if (byte === 0x0d && bytes[at + 1] === 0x0a) at++
    start = at + 1
    yield { line, end: start }
  }
}

function readField(line: string, fields: EventFields): void {
  const colon = line.indexOf(':')
  if (colon === 0) return
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data') fields.data.push(value)
  else if (name === 'event') fields.event = value
  else if (name === 'id' && !value.includes('\0')) fields.id = value
  else if (name === 'retry' && /^\d{1,15}$/.test(value)) fields.retryMs = Number(value)
}

function eventFrom({ event, id, data, retryMs }: EventFields): DecodedMessage {
  const payload = Buffer.from(data.join('\n'))
  const shown = textOrBase64(payload)
  return {
    view: {
      type: 'sse',
      direction: 'response',
      atMs: null,
      event: event === '' ? 'message' : event,
      id,
      text: 'text' in shown ? shown.text : payload.toString('utf8', 0, messageLimits.maxPreviewBytes),
      ...(retryMs !== undefined && { retryMs }),
    },
    payload,
  }
}

const noFields = (id: string): EventFields => ({ event: '', id, data: [], retryMs: undefined })
