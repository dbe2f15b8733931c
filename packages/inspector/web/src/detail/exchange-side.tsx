import type { RequestDetail, ResponseDetail } from '../../../src/contract.ts'
import { outcomeOf } from '../list/outcome.ts'
import { NameValueTable } from '../ui/name-value-table.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { RawTab } from './raw-tab.tsx'
import { SummaryTab } from './summary-tab.tsx'

export type Side =
  | { readonly side: 'request'; readonly head: RequestDetail }
  | { readonly side: 'response'; readonly head: ResponseDetail }

/** The request, or the response, of an exchange. */
export function ExchangeSide(props: Side) {
  const { side, head } = props
  return (
    <section className="side" aria-label={side === 'request' ? 'Request' : 'Response'}>
      <SideTitle {...props} />
      <Tabs
        label={side === 'request' ? 'Views of the request' : 'Views of the response'}
        tabs={[
          { name: 'Summary', content: () => <SummaryTab {...props} /> },
          { name: 'Headers', content: () => <HeadersTab headers={head.headers} trailers={head.trailers} /> },
          { name: 'Raw', content: () => <RawTab {...props} form="text" /> },
          { name: 'Binary', content: () => <RawTab {...props} form="hex" /> },
        ]}
      />
    </section>
  )
}

function SideTitle(props: Side) {
  if (props.side === 'request') return <h2>Request</h2>
  const { status, reason } = props.head
  return (
    <h2>
      Response{' '}
      <span className="outcome" data-outcome={outcomeOf({ state: 'complete', status, grpcStatus: null })}>
        {`${status} ${reason}`}
      </span>
    </h2>
  )
}

function HeadersTab({ headers, trailers }: Pick<RequestDetail, 'headers' | 'trailers'>) {
  return (
    <>
      {headers.length === 0 ? <p className="muted">No headers</p> : <NameValueTable label="Headers" rows={headers} />}
      {trailers.length > 0 && (
        <section>
          <h3>Trailers</h3>
          <NameValueTable label="Trailers" rows={trailers} />
        </section>
      )}
    </>
  )
}
