import { CliError } from '../cli-error.ts'
import { faultLine } from './fault-lines.ts'
import type { PolicyText } from './read-policy.ts'

/** How long a server may take for a policy, in milliseconds. */
export const FETCH_TIMEOUT_MS = 10_000

export interface FetchPolicyOptions {
  /** The flag or key that has the URL. */
  readonly name: string
  readonly maxBytes: number
  /** @default 10_000 */
  readonly timeoutMs?: number
}

/** Reads a policy from an http or https address, once. Throws `ERR_CLI_USAGE` or `ERR_CLI_FETCH`; a password of the URL is not shown. */
export async function fetchPolicy(
  given: string,
  { name, maxBytes, timeoutMs = FETCH_TIMEOUT_MS }: FetchPolicyOptions,
): Promise<PolicyText> {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new CliError('ERR_CLI_USAGE', `${name} is an http or https URL; for example https://example.com/policy.yml`)
  const shown = `${url.origin}${url.pathname}`
  const headers = { accept: 'application/yaml, application/json, text/*', ...credentialsOf(url) }
  try {
    const response = await fetch(`${url.origin}${url.pathname}${url.search}`, {
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new Refusal(`it answered with status ${response.status}`)
    const text = await boundedText(response, maxBytes)
    return { text, lineOf: (fault) => `${shown}${faultLine(fault)}` }
  } catch (cause) {
    throw new CliError('ERR_CLI_FETCH', `${name} ${shown} cannot be read: ${reasonOf(cause, timeoutMs)}`, { cause })
  }
}

class Refusal extends Error {
  override readonly name = 'Refusal'
}

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    // Leaving the loop ends the download.
    if (length > maxBytes) throw new Refusal(`it has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function credentialsOf({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (cause instanceof Refusal) return cause.message
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const { code, message } = (cause.cause ?? cause) as NodeJS.ErrnoException
  return code ?? message
}
