import {
  type Alias,
  type Document,
  isScalar,
  LineCounter,
  type Node,
  parseDocument as parseYaml,
  visit,
  type YAMLError,
} from 'yaml'
import type { PolicyFault } from '../errors.ts'
import type { PolicyLimits } from './limits.ts'
import { SourcePositions } from './source-position.ts'

export type ParsedDocument =
  | { readonly ok: true; readonly root: unknown; readonly positions: SourcePositions }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] }

/**
 * Reads YAML 1.2 or JSON. Keys twice in a map, more aliases than the limit and the key `__proto__` are faults.
 *
 * @see Reference §1.1
 */
export function parseDocument(text: string, limits: PolicyLimits): ParsedDocument {
  const bytes = Buffer.byteLength(text, 'utf8')
  if (bytes > limits.maxDocumentBytes)
    return failed(1, 1, `document of ${bytes} bytes exceeds the limit ${limits.maxDocumentBytes}`)
  const lines = new LineCounter()
  const document = parseYaml(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent', stringKeys: false })
  const positions = new SourcePositions(text, document, lines)
  const problems = [
    ...document.errors.map(problemOf),
    ...document.warnings.filter(isTag).map(problemOf),
    ...badNodes(document, limits),
  ]
  if (problems.length > 0) {
    const faults = problems.slice(0, limits.maxFaults).map(({ offset, message }) => ({
      code: 'ERR_TUNNEL_2236' as const,
      message,
      pointer: '',
      ...positions.at(offset),
    }))
    return { ok: false, faults }
  }
  try {
    return { ok: true, root: document.toJS({ maxAliasCount: limits.maxAliases }) as unknown, positions }
  } catch (error) {
    // Aliases of aliases: few in the text, very many when each is put in its place.
    if (!(error instanceof ReferenceError)) throw error
    return failed(1, 1, `aliases of the document stand for more than ${limits.maxAliases} values each`)
  }
}

const failed = (line: number, column: number, message: string): ParsedDocument => ({
  ok: false,
  faults: [{ code: 'ERR_TUNNEL_2236', message, pointer: '', line, column }],
})

interface Problem {
  readonly offset: number
  readonly message: string
}

/** `!expr` reads as a tag, which is only a warning to the parser. */
const isTag = (warning: YAMLError): boolean => warning.code === 'TAG_RESOLVE_FAILED'

function problemOf({ code, message, pos: [offset] }: YAMLError): Problem {
  if (code === 'TAG_RESOLVE_FAILED')
    return { offset, message: 'a value that begins with "!" is a YAML tag: put the expression in quotes' }
  if (code === 'BAD_SCALAR_START' || code === 'BAD_DIRECTIVE')
    return { offset, message: `${lowerFirst(message)}: put the value in quotes` }
  return { offset, message: lowerFirst(message) }
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

function badNodes(document: Document.Parsed, { maxAliases }: PolicyLimits): Problem[] {
  const problems: Problem[] = []
  let aliases = 0
  visit(document, {
    Alias(_key, node: Alias) {
      aliases++
      if (aliases === maxAliases + 1)
        problems.push({ offset: startOf(node), message: `document has more than ${maxAliases} aliases` })
    },
    Map(_key, node) {
      for (const { key } of node.items) {
        const message = keyProblem(key)
        if (message) problems.push({ offset: startOf(key as Node), message })
      }
    },
  })
  return problems
}

function keyProblem(key: unknown): string | undefined {
  if (!isScalar(key)) return 'a key of a map is a text'
  return key.value === '__proto__' ? 'the key __proto__ is not allowed' : undefined
}

const startOf = (node: Node): number => node.range?.[0] ?? 0
