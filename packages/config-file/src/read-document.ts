import { type Document, parseDocument, type YAMLError } from 'yaml'
import type { ConfigLimits } from './limits.ts'
import { LineStarts } from './line-starts.ts'
import { structureFaults, type TextFault } from './structure-faults.ts'

export interface ReadDocument {
  readonly document: Document.Parsed
  readonly lines: LineStarts
  readonly faults: readonly TextFault[]
  /** The text could not be taken apart as YAML, so there is no use in looking at what it says. */
  readonly broken: boolean
}

/** Takes YAML text apart into a document, and finds everything that is wrong with it as YAML. */
export const readDocument = (text: string, limits: ConfigLimits): ReadDocument => {
  const lines = new LineStarts(text)
  const document = parseDocument(text, {
    prettyErrors: false,
    // `silent` would also drop the error about a second document.
    logLevel: 'error',
    merge: true,
    stringKeys: true,
    resolveKnownTags: false,
    // structureFaults finds doubled keys, and can say where the first one is.
    uniqueKeys: false,
  })
  const syntax = syntaxFaults(text, [...document.errors, ...document.warnings])
  if (syntax.length > 0) return { document, lines, faults: syntax, broken: true }
  const faults = structureFaults(document, lines, limits.maxDepth)
  return { document, lines, faults, broken: faults.some(({ code }) => code !== 'ERR_CONFIG_DUPLICATE_KEY') }
}

const syntaxFaults = (text: string, errors: readonly YAMLError[]): TextFault[] => {
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  if (exhausted) {
    return [{ code: 'ERR_CONFIG_SYNTAX', offset: 0, message: 'maps and lists are nested too deep' }]
  }
  const seen = new Set<string>()
  const faults: TextFault[] = []
  for (const error of errors) {
    const fault = tabFault(text, error) ?? { code: 'ERR_CONFIG_SYNTAX', offset: error.pos[0], message: wordsOf(error) }
    const key = `${fault.offset} ${fault.message}`
    if (!seen.has(key)) faults.push(fault)
    seen.add(key)
  }
  return faults
}

/** A tab at the beginning of a line confuses the parser there and later; the tab is what the reader must change. */
const tabFault = (text: string, error: YAMLError): TextFault | undefined => {
  const start = text.lastIndexOf('\n', error.pos[0] - 1) + 1
  const indentation = /^[ \t]*/.exec(text.slice(start, start + 256))![0]
  const tab = indentation.indexOf('\t')
  if (tab < 0) return undefined
  return {
    code: 'ERR_CONFIG_TAB',
    offset: start + tab,
    message: 'this line is indented with a tab; YAML takes only spaces',
  }
}

const wordsOf = ({ code, message }: YAMLError): string => {
  if (code === 'MULTIPLE_DOCS') return 'only one document is allowed: remove the `---` or `...` between them'
  if (code === 'NON_STRING_KEY') return 'a key must be plain text'
  if (code === 'BAD_DQ_ESCAPE')
    return 'a backslash in double quotes begins an escape, and this is none; use single quotes'
  // An unexpected token is quoted at the end, and may be a secret.
  const words = message.replace(/: ".*"$/s, '')
  return words.charAt(0).toLowerCase() + words.slice(1)
}
