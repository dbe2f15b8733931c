import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { ConfigFaultCode } from './fault.ts'
import type { LineStarts } from './line-starts.ts'
import { isMergeKey, mergeSources } from './locate.ts'

/** Something wrong at an offset of the text. */
export interface TextFault {
  readonly code: ConfigFaultCode
  readonly offset: number
  readonly message: string
}

/** What YAML allows and a settings file does not: keys twice, aliases to nowhere or to themselves, bottomless nesting. */
export const structureFaults = (document: Document.Parsed, lines: LineStarts, maxDepth: number): TextFault[] => {
  const faults: TextFault[] = []
  const report = (code: ConfigFaultCode, node: Node, message: string): void => {
    faults.push({ code, offset: node.range?.[0] ?? 0, message })
  }
  const ancestors = new Set<Node>()

  const visit = (node: unknown): void => {
    if (isAlias(node)) visitAlias(node)
    if (!isMap(node) && !isSeq(node)) return
    if (ancestors.size >= maxDepth) {
      report('ERR_CONFIG_SYNTAX', node, `maps and lists are nested more than ${maxDepth} deep`)
      return
    }
    ancestors.add(node)
    if (isMap(node)) visitMap(node)
    else for (const item of node.items) visit(item)
    ancestors.delete(node)
  }

  const visitAlias = (alias: Alias): void => {
    const target = alias.resolve(document)
    if (target === undefined) {
      const advice = 'if it is no alias but a text that begins with *, put it in quotes'
      report('ERR_CONFIG_ALIAS', alias, `no anchor \`&${alias.source}\` stands before this alias; ${advice}`)
    } else if (ancestors.has(target)) report('ERR_CONFIG_ALIAS', alias, `\`*${alias.source}\` contains itself`)
  }

  const visitMap = (map: YAMLMap): void => {
    const firstAt = new Map<unknown, number>()
    for (const { key, value } of map.items) {
      visit(value)
      if (!isScalar(key)) continue
      const name = isMergeKey(key) ? '<<' : key.value
      const first = firstAt.get(name)
      if (first === undefined) firstAt.set(name, key.range?.[0] ?? 0)
      else {
        const { line } = lines.positionAt(first)
        report('ERR_CONFIG_DUPLICATE_KEY', key, `\`${String(name)}\` is already set on line ${line}`)
      }
      if (name === '<<' && !mergeSources(value, document).every(isMap)) {
        report('ERR_CONFIG_SYNTAX', isNode(value) ? value : key, '`<<` takes a map or a list of maps')
      }
    }
  }

  visit(document.contents)
  return faults
}
