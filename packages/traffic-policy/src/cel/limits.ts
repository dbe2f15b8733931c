import { CelError } from './cel-error.ts'

/** Bounds of one expression and of one evaluation of it. Reference §1.7 */
export const celLimits = {
  /** UTF-16 units of an expression. */
  maxExpressionLength: 8192,
  /** Nodes of its syntax tree. */
  maxNodes: 5000,
  /** Nesting of its syntax tree; operands of one chain of `&&` or `||` are side by side. */
  maxDepth: 200,
  /** Macros within macros. */
  maxMacroDepth: 4,
  /** Elements visited, calls made and every 64 units of text read, in one evaluation. */
  maxSteps: 1_000_000,
  /** UTF-16 units, or bytes, of a value that an expression makes. */
  maxTextLength: 1_048_576,
  /** Elements of a list or map that an expression makes. */
  maxListLength: 10_000,
  /** Nesting of a decoded or encoded JSON value. */
  maxJsonDepth: 64,
} as const

export function assertTextLength(length: number): void {
  if (length > celLimits.maxTextLength)
    throw new CelError(`text of ${length} characters exceeds the limit ${celLimits.maxTextLength}`, 'budget')
}

export function assertListLength(length: number): void {
  if (length > celLimits.maxListLength)
    throw new CelError(`list of ${length} elements exceeds the limit ${celLimits.maxListLength}`, 'budget')
}
