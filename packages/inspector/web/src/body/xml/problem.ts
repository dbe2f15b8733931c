import type { XmlEvent } from './events.ts'

export interface XmlProblem {
  /** Index of the piece; past the last one where something is missing at the end. */
  readonly event: number
  readonly at: number
  readonly message: string
}

/** The first place where a text is not well-formed (XML 1.0 §2.1). Entities are not resolved and nothing is validated. */
export function xmlProblem(text: string, events: readonly XmlEvent[]): XmlProblem | undefined {
  const open: string[] = []
  let roots = 0
  for (const [index, event] of events.entries()) {
    const problem = (at: number, message: string): XmlProblem => ({ event: index, at, message })
    if (event.broken) return problem(event.broken.at, event.broken.why)
    const tag = event.kind === 'open' || event.kind === 'empty'
    if (tag && open.length === 0 && ++roots > 1)
      return problem(event.start, `element <${event.name}> after the root element`)
    if (event.kind === 'open') open.push(event.name)
    if (event.kind === 'close') {
      const expected = open.pop()
      if (expected === undefined) return problem(event.start, `unexpected end element </${event.name}>`)
      if (expected !== event.name) return problem(event.start, `element <${expected}> closed by </${event.name}>`)
    }
    const stray = open.length === 0 && (event.kind === 'text' || event.kind === 'cdata')
    if (stray && !/^[\s\ufeff]*$/.test(text.slice(event.start, event.end))) {
      return problem(event.start, 'text outside the root element')
    }
  }
  const last = open.at(-1)
  if (last === undefined && roots === 1) return undefined
  const message = last === undefined ? 'no root element' : `unexpected end: element <${last}> is not closed`
  return { event: events.length, at: text.length, message }
}
