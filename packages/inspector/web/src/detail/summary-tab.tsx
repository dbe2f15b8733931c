import type { HeaderPair } from '../../../src/contract.ts'
import { BodyView } from '../body/body-view.tsx'
import { requestCookies, setCookie } from '../body/form/cookies.ts'
import { queryParameters } from '../body/form/parameters.ts'
import { type NameValue, NameValueTable } from '../ui/name-value-table.tsx'
import type { Side } from './exchange-side.tsx'

/** What a person would want to know first: parameters, cookies and the body. */
export function SummaryTab({ side, head }: Side) {
  return (
    <>
      {side === 'request' ? (
        <>
          <Rows title="Query parameters" rows={queryParameters(head.target)} />
          <Rows title="Cookies" rows={valuesOf(head.headers, 'cookie').flatMap(requestCookies)} />
        </>
      ) : (
        <Rows title="Cookies set" rows={valuesOf(head.headers, 'set-cookie').map(cookieRow)} />
      )}
      <BodyView info={head.body} name={side} />
      {!head.complete && <p className="muted">{`The ${side} has not ended.`}</p>}
    </>
  )
}

function Rows({ title, rows }: { title: string; rows: readonly NameValue[] }) {
  if (rows.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <NameValueTable label={title} rows={rows} />
    </section>
  )
}

const valuesOf = (headers: readonly HeaderPair[], wanted: string): string[] =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)

function cookieRow(header: string): NameValue {
  const { name, value, attributes } = setCookie(header)
  const said = attributes
    .map(([attribute, content]) => (content === '' ? attribute : `${attribute}=${content}`))
    .join('; ')
  return [
    name,
    <>
      {value} <span className="muted">{said}</span>
    </>,
  ]
}
