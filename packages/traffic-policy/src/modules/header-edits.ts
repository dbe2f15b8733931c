import { assertAddable, assertRemovable } from '../actions/edit-headers.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import { modernTemplate } from './legacy-template.ts'
import type { ReportFault } from './module-fault.ts'
import type { ActionDocument, RuleDocument } from './policy-document.ts'

export function requestHeaders(
  { requestHeaderAdd: add = [], requestHeaderRemove: remove = [] }: EndpointModules,
  report: ReportFault,
): RuleDocument[] {
  const added = addedHeaders(add, report)
  const adds = (name: string) => Object.keys(added).some((other) => other.toLowerCase() === name)
  // `add-headers` replaces it anyway, and `remove-headers` does not take it.
  const removed = remove.filter((name) => !(name.toLowerCase() === 'host' && adds('host')))
  if (removed.some((name) => name.toLowerCase() === 'host'))
    report('ERR_TUNNEL_398', 'host cannot be removed without a host to add')
  return headerRule('request headers', added, removedHeaders(removed, report))
}

export function responseHeaders(
  { responseHeaderAdd: add = [], responseHeaderRemove: remove = [] }: EndpointModules,
  report: ReportFault,
): RuleDocument[] {
  return headerRule('response headers', addedHeaders(add, report), removedHeaders(remove, report))
}

/** Removal goes first, so that both together replace. Reference §8.1 */
function headerRule(
  name: string,
  added: Readonly<Record<string, string | string[]>>,
  removed: readonly string[],
): RuleDocument[] {
  const actions: ActionDocument[] = []
  if (removed.length > 0) actions.push({ type: 'remove-headers', config: { headers: removed } })
  if (Object.keys(added).length > 0) actions.push({ type: 'add-headers', config: { headers: added } })
  return actions.length === 0 ? [] : [{ name, actions }]
}

/** A name that is there twice has a line for each value. */
function addedHeaders(given: readonly string[], report: ReportFault): Record<string, string | string[]> {
  const added = new Map<string, string[]>()
  for (const header of given) {
    const colon = header.indexOf(':')
    const name = header.slice(0, colon).trim()
    if (colon < 1 || name === '') {
      report('ERR_TUNNEL_370', 'a header to add has the form name: value')
      continue
    }
    const other = [...added.keys()].find((known) => known.toLowerCase() === name.toLowerCase())
    if (other !== undefined && other !== name)
      report('ERR_TUNNEL_373', `header ${name.toLowerCase()} is there twice, in different spellings`)
    if (other === undefined) checkName(name, assertAddable, report)
    added.set(name, [...(added.get(name) ?? []), valueWithExpressions(header.slice(colon + 1).trim(), report)])
  }
  return Object.fromEntries([...added].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]))
}

function removedHeaders(names: readonly string[], report: ReportFault): string[] {
  const unique = [...new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()])).values()]
  for (const name of unique) if (name.toLowerCase() !== 'host') checkName(name, assertRemovable, report)
  return unique
}

function checkName(name: string, check: (name: string) => void, report: ReportFault): void {
  try {
    check(name.toLowerCase())
  } catch (error) {
    report('ERR_TUNNEL_371', (error as Error).message)
  }
}

function valueWithExpressions(template: string, report: ReportFault): string {
  const modern = modernTemplate(template)
  if (modern.ok) return modern.text
  report('ERR_TUNNEL_372', modern.message)
  return ''
}
