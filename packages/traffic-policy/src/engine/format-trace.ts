import type { PolicyTrace, TracedAction, TracedExpression, TracedRule } from './trace.ts'

export interface FormatTraceOptions {
  /**
   * Columns that a line may have; longer ones go on below, indented.
   *
   * @default 80
   */
  readonly columns?: number
  /** Whether result variables are shown. @default true */
  readonly results?: boolean
}

/** A trace for people: each phase, rule, expression and action in its order, and what came of it. Ends in a newline unless it is empty. */
export function formatTrace(trace: PolicyTrace, { columns = 80, results = true }: FormatTraceOptions = {}): string {
  const lines = trace.phases.flatMap(({ phase, rules }) => [
    { depth: 0, text: rules.length === 0 ? `${phase}: no rule was reached` : phase },
    ...rules.flatMap((rule) => ruleLines(rule, results)),
  ])
  return lines.map((line) => `${wrapped(line, columns)}\n`).join('')
}

interface Line {
  /** Steps of two spaces. */
  readonly depth: number
  readonly text: string
}

function ruleLines({ index, name, matched, expressions, actions }: TracedRule, withResults: boolean): Line[] {
  const title = name === undefined ? `rule ${index}` : `rule ${index} ${JSON.stringify(name)}`
  return [
    { depth: 1, text: `${title}: ${matched ? 'matched' : 'did not match'}` },
    ...expressions.map((expression) => ({ depth: 2, text: expressionText(expression) })),
    ...actions.flatMap((action) => actionLines(action, withResults)),
  ]
}

function expressionText({ source, value, error }: TracedExpression): string {
  const shown = source.replace(/\s+/g, ' ').trim()
  return error === undefined ? `if ${shown} = ${JSON.stringify(value)}` : `if ${shown} failed: ${error}`
}

function actionLines({ type, outcome, status, code, message, results }: TracedAction, withResults: boolean): Line[] {
  const facts = [outcome, status, code].filter((fact) => fact !== undefined).join(' ')
  const line = { depth: 2, text: `do ${type}: ${facts}${message === undefined ? '' : `, ${message}`}` }
  if (results === undefined || !withResults) return [line]
  return [line, { depth: 3, text: JSON.stringify(results) }]
}

/** Broken at spaces where there are any, else in the middle of a word. */
function wrapped({ depth, text }: Line, columns: number): string {
  const indent = '  '.repeat(depth)
  const rows: string[] = []
  let rest = printable(text)
  let width = Math.max(columns - indent.length, 20)
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > width / 2 ? space : width
    rows.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
    width = Math.max(columns - indent.length - 4, 20)
  }
  return [...rows, rest].map((row, at) => `${indent}${at === 0 ? '' : '    '}${row}`).join('\n')
}

/** Texts of a trace can come from a visitor: what would move the cursor of a terminal is shown as its code. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
