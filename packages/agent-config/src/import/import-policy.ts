/** What other programs do with requests, as rules of a traffic policy. */
export interface PolicyParts {
  readonly users?: readonly string[]
  readonly host?: string | undefined
  readonly requestHeaders?: Readonly<Record<string, string>>
  readonly responseHeaders?: Readonly<Record<string, string>>
}

/** `undefined` where nothing is asked for. */
export const importedPolicy = (parts: PolicyParts): Record<string, unknown> | undefined => {
  const headers = { ...parts.requestHeaders, ...(parts.host !== undefined && { host: parts.host }) }
  const request = [
    ...(parts.users?.length ? [{ type: 'basic-auth', config: { credentials: parts.users } }] : []),
    ...(Object.keys(headers).length > 0 ? [{ type: 'add-headers', config: { headers } }] : []),
  ]
  const response = Object.keys(parts.responseHeaders ?? {}).length
    ? [{ type: 'add-headers', config: { headers: parts.responseHeaders } }]
    : []
  if (request.length + response.length === 0) return undefined
  return {
    ...(request.length > 0 && { on_http_request: [{ actions: request }] }),
    ...(response.length > 0 && { on_http_response: [{ actions: response }] }),
  }
}
