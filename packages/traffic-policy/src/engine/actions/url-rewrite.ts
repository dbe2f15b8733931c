import { withField } from '../../actions/header-fields.ts'
import { rewriteUrl } from '../../actions/url-rewrite.ts'
import { type Prepare, render, setResults } from '../phase-run.ts'
import { renderRegex } from './responses.ts'

export const urlRewriteAction: Prepare<'url-rewrite'> =
  ({ from, to }) =>
  (run) => {
    const { request } = run.exchange!
    const { url } = request
    const host = url.authority.slice(url.authority.lastIndexOf('@') + 1)
    const rewritten = rewriteUrl(url.text, host, { from: renderRegex(run, from), to: render(run, to) })
    if (rewritten === undefined) {
      setResults(run, 'url_rewrite', { matches: [], url: url.text })
      return undefined
    }
    const { scheme, userinfo, host: newHost, path, query } = rewritten.url
    if (rewritten.host !== undefined) {
      request.setHost(rewritten.host)
      request.setFields(withField(request.fields, 'host', rewritten.host))
    }
    request.setUrl({ scheme, userinfo, host: newHost, path: path === '' ? '/' : path, query: query.slice(1) })
    setResults(run, 'url_rewrite', rewritten.results)
    return undefined
  }
