import { decode, encode, RECURSION_DESIRED } from 'dns-packet'
import { requestOf } from './http-location.ts'
import { readBounded } from './read-bounded.ts'

/** A DNS message has no more (RFC 1035 §4.2.2). */
const MAX_ANSWER_BYTES = 65_535

/** Asks a DNS over HTTPS server for both families (RFC 8484 §4.1). Rejects where it cannot be asked, or says that there is no such name. */
export async function askOverHttps(url: string, host: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all([ask(url, host, 'AAAA', signal), ask(url, host, 'A', signal)])
  return answers.flat()
}

async function ask(url: string, host: string, type: 'A' | 'AAAA', signal: AbortSignal): Promise<string[]> {
  // Id 0, so that answers can be cached.
  const query = encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [{ type, name: host }] })
  const { url: target, headers } = requestOf(url)
  const response = await fetch(target, {
    method: 'POST',
    headers: { ...headers, accept: 'application/dns-message', 'content-type': 'application/dns-message' },
    body: query,
    redirect: 'error',
    signal,
  })
  const bytes = await readBounded(response, MAX_ANSWER_BYTES)
  const { answers = [], rcode } = decode(bytes) as ReturnType<typeof decode> & { rcode?: string }
  if (rcode !== undefined && rcode !== 'NOERROR') throw new Error(rcode)
  return answers.flatMap((answer) => (answer.type === type ? [String(answer.data)] : []))
}
