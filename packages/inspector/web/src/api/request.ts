import type { ApiError } from '../../../src/contract.ts'

/** The API refused, or could not be reached (`status` 0). */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface RequestOptions {
  readonly method?: 'POST' | 'PATCH' | 'DELETE'
  /** Becomes JSON. */
  readonly body?: unknown
  /** JSON that is written already. */
  readonly json?: string
  readonly signal?: AbortSignal
}

/** Asks the API. Rejects with a {@link RequestError} unless the answer is a success. */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const json = options.body === undefined ? options.json : JSON.stringify(options.body)
  const response = await fetch(path, {
    ...(options.method && { method: options.method }),
    ...(options.signal && { signal: options.signal }),
    ...(json !== undefined && { body: json, headers: { 'content-type': 'application/json' } }),
  }).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause
    throw new RequestError(0, 'the agent does not answer')
  })
  if (response.ok) return response
  throw new RequestError(response.status, await complaint(response))
}

/** Asks for JSON, whose shape the contract promises. */
export async function requestJson<T>(path: string, options?: RequestOptions): Promise<T> {
  return (await (await request(path, options)).json()) as T
}

async function complaint(response: Response): Promise<string> {
  try {
    const { msg, details } = (await response.json()) as ApiError
    return details?.err ? `${msg}: ${String(details.err)}` : msg
  } catch {
    return `the agent answered ${response.status}`
  }
}

/** `path?name=value…` of the values that there are. */
export function withQuery(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}
