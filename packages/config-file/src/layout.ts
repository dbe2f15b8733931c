/** How a file is laid out, as far as the writer can keep it. */
export interface Layout {
  readonly indent: number
  readonly indentSeq: boolean
  readonly newline: '\n' | '\r\n'
  /** The last comment of the file follows its last key with no blank line between. */
  readonly flushComment: boolean
}

/** Takes the layout from the first key inside another key, and from the first list. */
export const layoutOf = (text: string): Layout => {
  let indent = 2
  let indentSeq = true
  let foundIndent = false
  let parent: number | undefined
  const lines = text.split(/\r?\n/)
  for (const line of lines) {
    const [, spaces, first] = /^( *)([^\s#])/.exec(line) ?? []
    if (spaces === undefined) continue
    const depth = spaces.length
    if (parent !== undefined && first === '-') {
      indentSeq = depth > parent
      break
    }
    if (parent !== undefined && depth > parent && !foundIndent) {
      indent = depth - parent
      foundIndent = true
    }
    parent = /:\s*(#.*)?$/.test(line) ? depth : undefined
  }
  const last = lines.findLastIndex((line) => /^\s*[^\s#]/.test(line))
  const flushComment = lines[last + 1]?.startsWith('#') ?? false
  return { indent: Math.min(indent, 8), indentSeq, flushComment, newline: text.includes('\r\n') ? '\r\n' : '\n' }
}
