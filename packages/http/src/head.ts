/** name, value, name, value … in wire order, case kept, values without surrounding whitespace; latin1 strings. */
export type HeaderList = string[]

/** Not to be changed: a connection that repeats a head, byte for byte, is given the same object again. */
export interface RequestHead {
  method: string
  /** Byte for byte as sent. */
  target: string
  minorVersion: 0 | 1
  headers: HeaderList
  /** The effective authority as sent: the `Host` value, which an absolute-form target agrees with. Empty only in HTTP/1.0. */
  host: string
  framing: 'none' | 'length' | 'chunked'
  /** 0 unless `framing` is `length`. */
  contentLength: number
  /** Whether the sender lets the connection live on after this message. */
  keepAlive: boolean
  /** What `Upgrade` offers, if `Connection` names it. `undefined` for HTTP/1.0 and for `h2c`, which would tunnel past the edge. */
  upgrade: string | undefined
  expectContinue: boolean
}

/** Not to be changed, as {@link RequestHead}. */
export interface ResponseHead {
  /** 100 to 599. */
  status: number
  reason: string
  minorVersion: 0 | 1
  headers: HeaderList
  /** How the body is delimited on this connection; `none` if `bodyless`. */
  framing: 'none' | 'length' | 'chunked' | 'close'
  /** 0 unless `framing` is `length`. */
  contentLength: number
  keepAlive: boolean
  upgrade: string | undefined
  /** No body follows whatever the fields say: the answer to `HEAD`, 1xx, 204 or 304. RFC 9112 §6.3 */
  bodyless: boolean
}
