import type { HeaderList } from '@tunnel/http'
import { addHeaders, removeHeaders } from '../../actions/edit-headers.ts'
import type { HeaderTemplate } from '../../document/action-configs/common-fields.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'

/** Names and values of this request. */
const renderHeaders = (run: PhaseRun, templates: readonly HeaderTemplate[]): [string, string[]][] =>
  templates.map(({ name, values }) => [name, values.map((value) => render(run, value))])

/** As pairs with one value each. */
export const headerLines = (run: PhaseRun, templates: readonly HeaderTemplate[]): [string, string][] =>
  renderHeaders(run, templates).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))

const messageOf = ({ exchange, phase }: PhaseRun) =>
  phase === 'on_http_response' ? exchange!.response! : exchange!.request

export const addHeadersAction: Prepare<'add-headers'> =
  ({ headers }) =>
  (run) => {
    const isResponse = run.phase === 'on_http_response'
    const message = messageOf(run)
    const added = addHeaders(
      message.fields,
      renderHeaders(run, headers),
      isResponse ? 'on_http_response' : 'on_http_request',
    )
    message.setFields(added.headers)
    if (added.host !== undefined && !isResponse) run.exchange!.request.setHost(added.host)
    setResults(run, 'add_headers', added.results)
    return undefined
  }

export const removeHeadersAction: Prepare<'remove-headers'> =
  ({ headers }) =>
  (run) => {
    const message = messageOf(run)
    const removed = removeHeaders(message.fields, headers)
    message.setFields(removed.headers)
    setResults(run, 'remove_headers', removed.results)
    return undefined
  }

/** A response's own fields with those that a configuration adds. */
export const withHeaders = (run: PhaseRun, fields: HeaderList, templates: readonly HeaderTemplate[]): HeaderList =>
  addHeaders(fields, renderHeaders(run, templates), 'on_http_response').headers
