/** A piece of markup as it stands in the text. */
export interface XmlEvent {
  readonly kind: 'open' | 'close' | 'empty' | 'text' | 'comment' | 'cdata' | 'instruction' | 'declaration'
  readonly start: number
  readonly end: number
  /** Of tags. */
  readonly name: string
  /** What is wrong with the piece itself. */
  readonly broken?: { readonly at: number; readonly why: string }
}

type Delimited = readonly [kind: 'comment' | 'cdata' | 'instruction', open: string, close: string]

const delimited: readonly Delimited[] = [
  ['comment', '<!--', '-->'],
  ['cdata', '<![CDATA[', ']]>'],
  ['instruction', '<?', '?>'],
]

const NAME = '[\\p{L}_:][\\p{L}\\p{N}\\p{M}_:.·-]*'
const closeTag = new RegExp(`</(${NAME})\\s*>`, 'uy')
const tagName = new RegExp(NAME, 'uy')
const attribute = new RegExp(`\\s+(${NAME})(?:\\s*=\\s*("[^"]*"|'[^']*'))?`, 'uy')
const reference = new RegExp(`&(?:#\\d+|#x[0-9a-fA-F]+|${NAME});`, 'uy')

/** All pieces of a text in their order, one that is broken among them; the text from there on is then one last piece. */
export function xmlEvents(text: string): XmlEvent[] {
  const events: XmlEvent[] = []
  for (let at = 0; at < text.length; ) {
    const event = text.charAt(at) === '<' ? markupAt(text, at) : textAt(text, at)
    events.push(event)
    at = event.end
  }
  return events
}

function markupAt(text: string, start: number): XmlEvent {
  for (const [kind, open, close] of delimited) {
    if (text.startsWith(open, start)) return until(text, kind, start, open.length, close)
  }
  if (text.startsWith('<!', start)) return declarationAt(text, start)
  return text.charAt(start + 1) === '/' ? closeAt(text, start) : openAt(text, start)
}

function until(text: string, kind: XmlEvent['kind'], start: number, skip: number, close: string): XmlEvent {
  const end = text.indexOf(close, start + skip)
  if (end === -1)
    return { kind, start, end: text.length, name: '', broken: { at: text.length, why: `unexpected end in ${kind}` } }
  return { kind, start, end: end + close.length, name: '' }
}

/** `<!DOCTYPE …>`, with what it may hold in brackets. Nothing in it is ever acted on. */
function declarationAt(text: string, start: number): XmlEvent {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '<') depth++
    if (character === '>' && --depth === 0) return { kind: 'declaration', start, end: at + 1, name: '' }
  }
  return {
    kind: 'declaration',
    start,
    end: text.length,
    name: '',
    broken: { at: text.length, why: 'unexpected end in declaration' },
  }
}

function closeAt(text: string, start: number): XmlEvent {
  closeTag.lastIndex = start
  const found = closeTag.exec(text)
  if (found) return { kind: 'close', start, end: closeTag.lastIndex, name: found[1] ?? '' }
  return brokenTag(text, 'close', start, start + 2, 'invalid end tag')
}

function openAt(text: string, start: number): XmlEvent {
  tagName.lastIndex = start + 1
  const name = tagName.exec(text)?.[0]
  if (name === undefined) return brokenTag(text, 'open', start, start + 1, 'expected element name after <')
  const seen = new Set<string>()
  for (let at = start + 1 + name.length; ; at = attribute.lastIndex) {
    attribute.lastIndex = at
    const found = attribute.exec(text)
    if (!found) return tagEnd(text, start, at, name)
    const problem = attributeProblem(text, found, seen)
    if (problem) return brokenTag(text, 'open', start, problem.at, problem.why)
  }
}

function attributeProblem(text: string, found: RegExpExecArray, seen: Set<string>): XmlEvent['broken'] {
  const [all, name = '', value] = found
  const at = found.index + all.indexOf(name)
  if (value === undefined) {
    const equals = /^\s*=/.test(text.slice(found.index + all.length))
    return { at, why: equals ? `unquoted or missing value of attribute ${name}` : `attribute ${name} without =` }
  }
  if (seen.has(name)) return { at, why: `attribute ${name} repeated` }
  seen.add(name)
  const valueAt = found.index + all.length - value.length
  const less = value.indexOf('<')
  if (less !== -1) return { at: valueAt + less, why: 'unescaped < inside quoted string' }
  return badReference(text, valueAt, valueAt + value.length)
}

function tagEnd(text: string, start: number, at: number, name: string): XmlEvent {
  const end = /^\s*(\/?)>/.exec(text.slice(at, at + 1_000))
  if (end) return { kind: end[1] ? 'empty' : 'open', start, end: at + end[0].length, name }
  const rest = /\S/.exec(text.slice(at))
  return rest
    ? brokenTag(text, 'open', start, at + rest.index, `expected attribute name or > in element <${name}>`)
    : brokenTag(text, 'open', start, text.length, `unexpected end in element <${name}>`)
}

function brokenTag(text: string, kind: 'open' | 'close', start: number, at: number, why: string): XmlEvent {
  return { kind, start, end: text.length, name: '', broken: { at, why } }
}

function textAt(text: string, start: number): XmlEvent {
  const next = text.indexOf('<', start)
  const end = next === -1 ? text.length : next
  const broken = badReference(text, start, end)
  return { kind: 'text', start, end, name: '', ...(broken && { broken }) }
}

function badReference(text: string, start: number, end: number): XmlEvent['broken'] {
  for (let at = text.indexOf('&', start); at !== -1 && at < end; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at
    if (!reference.test(text)) return { at, why: 'invalid character entity: & is not followed by a name and ;' }
  }
  return undefined
}
