import type { Regex } from './regex.ts'

/** A replacement text taken apart: literal bytes, and the numbers of the groups between them. */
export type Replacement = readonly (Buffer | number)[]

/** `$$`, `${name}`, `$name`, `$1`: a name is the longest run of letters, digits and `_`, as in Go's regexp.Expand. */
const REFERENCE = /\$(?:(\$)|\{(\w+)\}|(\w+))/g

/**
 * Reads a replacement for patterns of `regex`. A group that the pattern does not have is empty; a `$` that begins no reference is itself.
 *
 * @see Reference §2.9: `$1`, `${1}`, `$name`, `$$`
 */
export function parseReplacement(template: string, regex: Regex): Replacement {
  const parts: (Buffer | number)[] = []
  let literal = ''
  let end = 0
  for (const match of template.matchAll(REFERENCE)) {
    literal += template.slice(end, match.index)
    end = match.index + match[0].length
    if (match[1] !== undefined) literal += '$'
    else {
      const group = groupNumber((match[2] ?? match[3])!, regex)
      if (group === undefined) continue
      if (literal !== '') parts.push(Buffer.from(literal, 'utf8'))
      literal = ''
      parts.push(group)
    }
  }
  literal += template.slice(end)
  if (literal !== '') parts.push(Buffer.from(literal, 'utf8'))
  return parts
}

function groupNumber(name: string, regex: Regex): number | undefined {
  if (!/^\d+$/.test(name)) return regex.namedGroups()[name]
  const group = Number(name)
  return group <= regex.groupCount() ? group : undefined
}
