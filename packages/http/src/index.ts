/**
 * HTTP/1.1 heads and body framing as bytes, strict, for proxies. Opens no socket: bytes go in by `write`, messages come out by callbacks.
 *
 * @example
 * const decoder = new RequestDecoder({
 *   onHead: (head) => upstream.write(forwardRequestHead(head, { clientAddress: '192.0.2.1', proto: 'https' }), 'latin1'),
 *   onBody: (chunk) => upstream.write(chunk),
 *   onEnd: () => decoder.next(),
 *   onError: (error) => visitor.end(serializeResponseHead(error.status, '', ['Connection', 'close']), 'latin1'),
 * })
 * visitor.on('data', (chunk) => decoder.write(chunk))
 *
 * @packageDocumentation
 */
export type {
  ByteDirection,
  ByteInjector,
  ConnectionFacts,
  ConnectionObserver,
  ObserveConnection,
} from './connection-observer.ts'
export { HttpError, type HttpErrorCode, httpErrorCodes } from './errors.ts'
export type { ExchangeObserver, ObserveExchange } from './exchange-observer.ts'
export {
  type ForwardRequestFacts,
  forwardRequestHead,
  type RequestChanges,
  relayRequestHead,
} from './forward-request.ts'
export { type ForwardResponseFacts, forwardResponseHead, forwardTrailers } from './forward-response.ts'
export { isForwardedField } from './forwarded.ts'
export type { HeaderList, RequestHead, ResponseHead } from './head.ts'
export { isHopByHop } from './hop-by-hop.ts'
export { assertHost } from './host.ts'
export { http2Fields } from './http2-fields.ts'
export { requestHeadFromHttp2, trailersFromHttp2 } from './http2-request.ts'
export { type Http2ResponseFacts, http2Names, http2ResponseFields } from './http2-response.ts'
export { isIdempotent } from './idempotent.ts'
export { defaultHttpLimits, type HttpLimits, resolveHttpLimits } from './limits.ts'
export { type LocationRewrite, rewriteLocation } from './location.ts'
export { RequestDecoder, type RequestDecoderState, type RequestHandler } from './request-decoder.ts'
export { originForm } from './request-target.ts'
export { ResponseDecoder, type ResponseDecoderState, type ResponseHandler } from './response-decoder.ts'
export { isSecretField, secretFields } from './secret-field.ts'
export { chunkHead, LAST_CHUNK, serializeRequestHead, serializeResponseHead, serializeTrailers } from './serialize.ts'
export { assertHeaderName, assertHeaderValue, validateHeader } from './validate-header.ts'
export { webSocketAcceptOf } from './websocket-accept.ts'
