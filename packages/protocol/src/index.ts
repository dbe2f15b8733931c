/**
 * Control messages between agent and edge, and their versions. SPEC.md describes the bytes.
 *
 * ```ts
 * const decoder = new MessageDecoder((value) => handle(parseEdgeMessage(value)))
 * control.on('data', (chunk) => decoder.write(chunk))
 * control.write(encodeMessage({ type: 'bind', id: 1, endpoint: { protocol: 'https', upstream: { url: 'http://localhost:8080' } } }))
 * ```
 *
 * @packageDocumentation
 */
export { Acl } from './acl.ts'
export { isAuthtoken, redactAuthtoken } from './authtoken.ts'
export { type ConnectionString, formatConnectionString, parseConnectionString } from './connection-string.ts'
export { TunnelError, type TunnelErrorCode, type WireError } from './errors.ts'
export { encodeMessage, MAX_HELLO_BYTES, MAX_MESSAGE_BYTES, MessageDecoder } from './frame.ts'
export {
  type AgentMessage,
  type BoundEndpoint,
  type EdgeMessage,
  type EndpointPatch,
  type EndpointProtocol,
  type EndpointRequest,
  EXPLAIN_FIELD,
  endpointProtocols,
  type Hello,
  MAX_TRACE_LENGTH,
  type TlsTermination,
  type Welcome,
} from './messages.ts'
export { parseAgentMessage, parseEdgeMessage, type Unsupported } from './parse.ts'
export {
  encodeStreamHeader,
  encodeStreamRefused,
  MAX_STREAM_HEADER_BYTES,
  STREAM_ACCEPTED,
  type StreamHeader,
  StreamHeaderDecoder,
  StreamReplyDecoder,
} from './stream-header.ts'
export { AGENT_ALPN, AGENT_WEBSOCKET_PATH, negotiateVersion, PROTOCOL_VERSIONS } from './version.ts'
