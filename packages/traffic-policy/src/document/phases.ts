export const policyPhases = [
  'on_tcp_connect',
  'on_http_request',
  'on_http_response',
  'on_event_stream_message',
] as const

/** Reference §1.3 */
export type PolicyPhase = (typeof policyPhases)[number]

/** Where `req.*` can be read. */
export const httpPhases: readonly PolicyPhase[] = ['on_http_request', 'on_http_response', 'on_event_stream_message']
/** Where `res.*` can be read. */
export const responsePhases: readonly PolicyPhase[] = ['on_http_response', 'on_event_stream_message']

export const policyProtocols = ['http', 'https', 'tcp', 'tls'] as const
export type PolicyProtocol = (typeof policyProtocols)[number]
