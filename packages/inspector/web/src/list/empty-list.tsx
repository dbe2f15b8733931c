import { useEffect, useState } from 'react'
import type { Endpoint } from '../../../src/contract.ts'
import { listEndpoints } from '../api/agent.ts'
import { navigate, useRoute } from '../app/route.ts'
import { useFeedState } from '../captures/feed-context.ts'

/** Says how to get something to look at. */
export function EmptyList() {
  const { filter } = useRoute()
  const { total } = useFeedState()
  if (filter !== '' && total > 0) {
    return (
      <div className="empty">
        <h2>Nothing matches</h2>
        <p className="muted">None of the stored exchanges is let through by this filter.</p>
        <button type="button" onClick={() => navigate({ filter: '' })}>
          Remove the filter
        </button>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>No requests yet</h2>
      <EndpointUrls />
    </div>
  )
}

function EndpointUrls() {
  const [endpoints, setEndpoints] = useState<readonly Endpoint[]>([])
  useEffect(() => {
    const reading = new AbortController()
    listEndpoints(reading.signal).then(setEndpoints, () => {})
    return () => reading.abort()
  }, [])
  const http = endpoints.filter(({ url }) => url.startsWith('http'))
  if (http.length === 0) return <p className="muted">Requests appear here as soon as an endpoint receives them.</p>
  return (
    <>
      <p className="muted">Make a request to one of your endpoints:</p>
      <ul>
        {http.map(({ name, url }) => (
          <li key={name}>
            <a href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
