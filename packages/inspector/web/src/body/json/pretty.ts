import { LineWriter, type Pretty, problemAt, type SpanKind } from '../lines.ts'
import { jsonProblem } from './problem.ts'
import { type JsonToken, jsonTokens } from './tokens.ts'

/** JSON one member to a line, also where it is broken: it is laid out by its brackets and commas, and the first error is marked. */
export function prettyJson(text: string): Pretty {
  const tokens = jsonTokens(text)
  const problem = jsonProblem(text, tokens)
  const writer = new LineWriter()
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    if (closes(token)) {
      depth = Math.max(depth - 1, 0)
      if (!before || !opens(before)) writer.next(depth)
    } else if (before && isValue(before) && !isPunctuation(token)) {
      // A comma is missing here.
      writer.next(depth)
    }
    const wrong = problem?.token === index ? { wrong: true as const } : {}
    writer.write({ kind: colour(token, tokens[index + 1]), text: text.slice(token.start, token.end), ...wrong })
    if (token.kind === ':') writer.write({ kind: 'punctuation', text: ' ' })
    if (opens(token)) depth++
    const after = tokens[index + 1]
    if (token.kind === ',' || (opens(token) && after && !closes(after))) writer.next(depth)
  }
  writer.next(0)
  return problem
    ? { lines: writer.lines, problem: problemAt(text, problem.at, problem.message) }
    : { lines: writer.lines }
}

const opens = (token: JsonToken): boolean => token.kind === '{' || token.kind === '['
const closes = (token: JsonToken): boolean => token.kind === '}' || token.kind === ']'
const isPunctuation = (token: JsonToken): boolean => token.kind === ',' || token.kind === ':' || closes(token)
const isValue = (token: JsonToken): boolean => !opens(token) && token.kind !== ',' && token.kind !== ':'

function colour(token: JsonToken, after: JsonToken | undefined): SpanKind {
  if (token.kind === 'string') return after?.kind === ':' ? 'key' : 'string'
  if (token.kind === 'number' || token.kind === 'literal') return token.kind
  return token.kind === 'broken' ? 'plain' : 'punctuation'
}
