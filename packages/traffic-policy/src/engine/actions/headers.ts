import { type HeaderList, isForwardedField } from '@tunnel/http'
import { addHeaders, assertedValue, noteAdded, removeHeaders } from '../../actions/edit-headers.ts'
import type { Template } from '../../cel/template.ts'
import type { HeaderTemplate } from '../../document/action-configs/common-fields.ts'
import { type Executor, type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'

/** Names and values of this request. */
const renderHeaders = (run: PhaseRun, templates: readonly HeaderTemplate[]): [string, string[]][] =>
  templates.map(({ name, values }) => [name, values.map((value) => render(run, value))])

/** As pairs with one value each. */
export const headerLines = (run: PhaseRun, templates: readonly HeaderTemplate[]): [string, string][] =>
  renderHeaders(run, templates).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))

const messageOf = ({ exchange, phase }: PhaseRun) =>
  phase === 'on_http_response' ? exchange!.response! : exchange!.request

export const addHeadersAction: Prepare<'add-headers'> = ({ headers }) =>
  headers.some(({ name }) => name === 'host') ? replacesHost(headers) : appends(headers)

function replacesHost(headers: readonly HeaderTemplate[]): Executor {
  return (run) => {
    const isResponse = run.phase === 'on_http_response'
    const message = messageOf(run)
    const phase = isResponse ? 'on_http_response' : 'on_http_request'
    const added = addHeaders(message.fields, renderHeaders(run, headers), phase)
    message.setFields(added.headers)
    if (added.host !== undefined && !isResponse) run.exchange!.request.setHost(added.host)
    setResults(run, 'add_headers', added.results)
    return undefined
  }
}

/** The names have been checked with the document. What does not depend on the request is worked out here: this runs for most of them. */
function appends(headers: readonly HeaderTemplate[]): Executor {
  const lines = headers.flatMap(({ name, values }) => values.map((value) => ({ name, value })))
  const fields: HeaderList = lines.flatMap(({ name, value: { constant } }) => [
    name,
    constant === undefined ? '' : assertedValue(name, constant),
  ])
  const known = { headers_added: {} }
  for (const { name, value } of lines) noteAdded(known.headers_added, name, value.constant ?? '')
  const isConstant = lines.every(({ value }) => value.constant !== undefined)
  return (run) => {
    const message = messageOf(run)
    // A third of the time that concat() takes.
    const added = [...message.fields, ...fields]
    const results = isConstant ? known : renderLines(run, lines, added, message.fields.length)
    message.setFields(added)
    setResults(run, 'add_headers', results)
    return undefined
  }
}

/** Puts the values in that are made of expressions, for the lines that begin at `from`. Gives what was added. */
function renderLines(
  run: PhaseRun,
  lines: readonly { readonly name: string; readonly value: Template }[],
  fields: HeaderList,
  from: number,
) {
  const results = { headers_added: {} }
  let at = from + 1
  for (const { name, value } of lines) {
    const text = render(run, value)
    if (value.constant === undefined) fields[at] = assertedValue(name, text)
    noteAdded(results.headers_added, name, text)
    at += 2
  }
  return results
}

export const removeHeadersAction: Prepare<'remove-headers'> = ({ headers }) => {
  // What the proxy sets is not there yet.
  const withheld = headers.map((name) => name.toLowerCase()).filter(isForwardedField)
  return (run) => {
    const message = messageOf(run)
    const removed = removeHeaders(message.fields, headers)
    message.setFields(removed.headers)
    if (withheld.length > 0 && run.phase === 'on_http_request') run.exchange!.request.withhold(withheld)
    setResults(run, 'remove_headers', removed.results)
    return undefined
  }
}

/** A response's own fields with those that a configuration adds. */
export const withHeaders = (run: PhaseRun, fields: HeaderList, templates: readonly HeaderTemplate[]): HeaderList =>
  addHeaders(fields, renderHeaders(run, templates), 'on_http_response').headers
