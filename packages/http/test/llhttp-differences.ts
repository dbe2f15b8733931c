import type { HttpErrorCode } from '../src/index.ts'

/** Where this codec and strict llhttp part, and why: everything else in llhttp's own tests is read alike. The README tells the same. */
export interface Difference {
  /** What the codec refuses it with, or `accepted`. */
  here: HttpErrorCode | 'accepted'
  why: string
}

const EXTRA_LINE = 'empty lines: at most one before a request (RFC 9112 §2.2), none before a response'
const EXTENSION_METHOD = 'any token is a method: RFC 9110 §16.1 lets anyone add one, and a proxy need not know it'
const NO_CONNECT = 'a reverse proxy has no use for CONNECT'
const STAR = '`*` is a target of OPTIONS only: RFC 9112 §3.2.4'
const FRAGMENT = 'a fragment is never part of a request target: RFC 9112 §3.2'
const OTHER_PROTOCOL = 'only HTTP/1.0 and HTTP/1.1: not 0.9, RTSP or ICE'
const TRANSFER_CODING = 'only `chunked`: another coding changes where the message ends for whoever does not know it'

export const requestDifferences: Record<string, Difference> = {
  'request/connection: CRLF between requests, implicit `keep-alive`': { here: 'ERR_HTTP_METHOD', why: EXTRA_LINE },
  'request/invalid: HTTP protocol and ANNOUNCE method': { here: 'accepted', why: EXTENSION_METHOD },
  'request/invalid: Invalid method': { here: 'accepted', why: EXTENSION_METHOD },
  'request/method: CONNECT request': { here: 'ERR_HTTP_CONNECT', why: NO_CONNECT },
  'request/method: CONNECT request with CAPS': { here: 'ERR_HTTP_CONNECT', why: NO_CONNECT },
  'request/method: CONNECT with body': { here: 'ERR_HTTP_CONNECT', why: NO_CONNECT },
  'request/uri: Underscore in hostname': { here: 'ERR_HTTP_CONNECT', why: NO_CONNECT },
  'request/method: M-SEARCH request': { here: 'ERR_HTTP_TARGET', why: STAR },
  'request/method: PRI request HTTP2': { here: 'ERR_HTTP_TARGET', why: STAR },
  'request/method: SOURCE request with ICE': { here: 'ERR_HTTP_REQUEST_LINE', why: OTHER_PROTOCOL },
  'request/method: OPTIONS request with RTSP': { here: 'ERR_HTTP_REQUEST_LINE', why: OTHER_PROTOCOL },
  'request/method: ANNOUNCE request with RTSP': { here: 'ERR_HTTP_REQUEST_LINE', why: OTHER_PROTOCOL },
  'request/sample: No HTTP version': { here: 'ERR_HTTP_VERSION', why: OTHER_PROTOCOL },
  'request/sample: curl GET': { here: 'ERR_HTTP_HOST', why: 'its Host is `0.0.0.0=5000`, which is no host' },
  'request/sample: Firefox GET': { here: 'ERR_HTTP_HOST', why: 'its Host is `0.0.0.0=5000`, which is no host' },
  'request/transfer-encoding: POST with `chunked` as last transfer-encoding': {
    here: 'ERR_HTTP_TARGET',
    why: FRAGMENT,
  },
  'request/transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)': {
    here: 'ERR_HTTP_TARGET',
    why: FRAGMENT,
  },
  'request/uri: Fragment in URI': { here: 'ERR_HTTP_TARGET', why: FRAGMENT },
  'request/uri: `host:port` and basic auth': {
    here: 'ERR_HTTP_TARGET',
    why: 'userinfo in a target is an attack or a mistake: RFC 9110 §4.2.4',
  },
}

export const responseDifferences: Record<string, Difference> = {
  'response/connection: HTTP 304 with Content-Length': { here: 'ERR_HTTP_STATUS_LINE', why: EXTRA_LINE },
  'response/connection: HTTP 100 first, then 400': { here: 'ERR_HTTP_STATUS_LINE', why: EXTRA_LINE },
  'response/pipelining: Should parse multiple events': { here: 'ERR_HTTP_STATUS_LINE', why: EXTRA_LINE },
  'response/sample: Response starting with CRLF': { here: 'ERR_HTTP_STATUS_LINE', why: EXTRA_LINE },
  'response/sample: RTSP response': { here: 'ERR_HTTP_STATUS_LINE', why: OTHER_PROTOCOL },
  'response/sample: ICE response': { here: 'ERR_HTTP_STATUS_LINE', why: OTHER_PROTOCOL },
  'response/sample: HTTP version 0.9': { here: 'ERR_HTTP_STATUS_LINE', why: OTHER_PROTOCOL },
  'response/transfer-encoding: `chunked` before other transfer-encoding': {
    here: 'ERR_HTTP_TRANSFER_ENCODING',
    why: TRANSFER_CODING,
  },
  'response/transfer-encoding: multiple transfer-encoding where chunked is not the last one': {
    here: 'ERR_HTTP_TRANSFER_ENCODING',
    why: TRANSFER_CODING,
  },
  'response/transfer-encoding: `chunkedchunked` transfer-encoding does not enable chunked enconding': {
    here: 'ERR_HTTP_TRANSFER_ENCODING',
    why: TRANSFER_CODING,
  },
}
