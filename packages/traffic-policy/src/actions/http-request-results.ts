import type { HeaderList } from '@tunnel/http'
import type { ActionErrorResult } from './action-error.ts'
import { textFromField } from './header-fields.ts'
import type { PolicyRequest, PolicyResponse } from './policy-fetch.ts'

/** `actions.ngrok.http_request`. Reference §4.10 */
export interface HttpRequestResults {
  req: RequestResult
  res?: ResponseResult
  attempts: AttemptResult[]
  error?: ActionErrorResult
}

export interface RequestResult {
  method: string
  header: Record<string, string[]>
  url: string
  body: string
}

export interface ResponseResult {
  resolved_ip: string
  header: Record<string, string[]>
  status_code: number
  time_ms: number
  body: string
}

export interface AttemptResult {
  resolved_ip: string
  response_header: Record<string, string[]>
  response_status_code: number
  response_time_ms: number
}

export function requestResult({ method, headers, url, body }: PolicyRequest): RequestResult {
  return { method, header: headerMap(headers), url, body: body?.toString('utf8') ?? '' }
}

export function responseResult({ resolvedIp, headers, status, body }: PolicyResponse, timeMs: number): ResponseResult {
  const text = body.toString('utf8')
  return { resolved_ip: resolvedIp, header: headerMap(headers), status_code: status, time_ms: timeMs, body: text }
}

export function attemptResult(response: PolicyResponse | undefined, timeMs: number): AttemptResult {
  return {
    resolved_ip: response?.resolvedIp ?? '',
    response_header: headerMap(response?.headers ?? []),
    response_status_code: response?.status ?? 0,
    response_time_ms: timeMs,
  }
}

/** Without a prototype: a field can be called `__proto__`. */
function headerMap(headers: HeaderList): Record<string, string[]> {
  const map = Object.create(null) as Record<string, string[]>
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase()
    const values = map[name] ?? []
    map[name] = values
    values.push(textFromField(headers[at + 1]!))
  }
  return map
}
