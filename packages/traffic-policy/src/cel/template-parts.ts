import { CelCompileError } from './cel-error.ts'

export interface ExpressionPart {
  readonly source: string
  /** Where it begins in the template. */
  readonly offset: number
}

/**
 * Takes `a ${b} c` apart. An expression ends at its own `}`: braces and quoted texts in it are skipped. `$${` is a literal `${`.
 *
 * @throws CelCompileError for a `${` without its `}`.
 * @see Reference §2.4
 */
export function splitTemplate(template: string): (string | ExpressionPart)[] {
  const parts: (string | ExpressionPart)[] = []
  let literal = ''
  let at = 0
  for (;;) {
    const open = template.indexOf('${', at)
    if (open < 0) break
    if (open > at && template[open - 1] === '$') {
      literal += template.slice(at, open - 1) + template.slice(open, open + 2)
      at = open + 2
      continue
    }
    literal += template.slice(at, open)
    if (literal !== '') parts.push(literal)
    literal = ''
    const close = closingBrace(template, open + 2)
    parts.push({ source: template.slice(open + 2, close), offset: open + 2 })
    at = close + 1
  }
  literal += template.slice(at)
  return literal === '' ? parts : [...parts, literal]
}

function closingBrace(template: string, from: number): number {
  let depth = 0
  for (let at = from; at < template.length; at++) {
    const character = template[at]
    if (character === '{') depth++
    else if (character === '}') {
      if (depth === 0) return at
      depth--
    } else if (character === '"' || character === "'") at = endOfQuoted(template, at)
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the form itself
  throw new CelCompileError('"${" has no matching "}"', { start: from - 2, end: template.length })
}

/** The last quote of a text literal; the template's end if there is none. */
function endOfQuoted(template: string, open: number): number {
  const quote = template[open]!
  const isTriple = template.startsWith(quote.repeat(3), open)
  const end = isTriple ? quote.repeat(3) : quote
  for (let at = open + end.length; at < template.length; at++) {
    if (template[at] === '\\') at++
    else if (template.startsWith(end, at)) return at + end.length - 1
  }
  return template.length
}
