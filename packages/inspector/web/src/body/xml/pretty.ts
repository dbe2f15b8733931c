import { LineWriter, type Pretty, problemAt, type Span } from '../lines.ts'
import { type XmlEvent, xmlEvents } from './events.ts'
import { xmlProblem } from './problem.ts'

/** XML one element to a line; an element that holds only text keeps it on its own line. The first error is marked. */
export function prettyXml(text: string): Pretty {
  const events = xmlEvents(text)
  const problem = xmlProblem(text, events)
  const writer = new LineWriter()
  let depth = 0
  let inline = false
  for (const [index, event] of events.entries()) {
    if (isBlank(text, event)) continue
    if (event.kind === 'close') depth = Math.max(depth - 1, 0)
    if (!inline) writer.next(depth)
    inline =
      event.kind === 'text' || event.kind === 'cdata' ? inline : event.kind === 'open' && holdsOnlyText(events, index)
    if (problem?.event === index) writer.write({ kind: 'plain', text: text.slice(event.start, event.end), wrong: true })
    else for (const span of spans(text, event)) writer.write(span)
    if (event.kind === 'open') depth++
  }
  writer.next(0)
  return problem
    ? { lines: writer.lines, problem: problemAt(text, problem.at, problem.message) }
    : { lines: writer.lines }
}

const isBlank = (text: string, event: XmlEvent): boolean =>
  event.kind === 'text' && !/\S/.test(text.slice(event.start, event.end))

function holdsOnlyText(events: readonly XmlEvent[], open: number): boolean {
  const content = events[open + 1]?.kind
  if (content === 'close') return true
  return (content === 'text' || content === 'cdata') && events[open + 2]?.kind === 'close'
}

function spans(text: string, event: XmlEvent): Span[] {
  const source = text.slice(event.start, event.end)
  switch (event.kind) {
    case 'text':
      return [{ kind: 'plain', text: source.trim().replace(/\s*\n\s*/g, ' ') }]
    case 'cdata':
      return [{ kind: 'string', text: source }]
    case 'open':
    case 'empty':
    case 'close':
      return tagSpans(source)
    default:
      return [{ kind: 'comment', text: source }]
  }
}

/** `<name a="b">` in its colours. */
function tagSpans(source: string): Span[] {
  const [head = '', ...rest] = source.split(/("[^"]*"|'[^']*')/)
  const name = /^<\/?[^\s/>]+/.exec(head)?.[0] ?? head
  const all: Span[] = [{ kind: 'tag', text: name }]
  if (head.length > name.length)
    all.push({ kind: rest.length > 0 ? 'attribute' : 'tag', text: oneLine(head.slice(name.length)) })
  for (const [index, part] of rest.entries()) {
    if (part === '') continue
    const last = index === rest.length - 1
    all.push({ kind: index % 2 === 0 ? 'string' : last ? 'tag' : 'attribute', text: oneLine(part) })
  }
  return all
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
