import type { StreamHandler } from '../../listener.ts'
import type { UpstreamAddress } from '../address.ts'
import type { ForwardEvents, ForwardOptions } from '../forward-stream.ts'
import { type ProxyProtocolVersion, proxyHeader } from '../proxy-header.ts'
import { dialHttp2 } from './dial-http2.ts'
import { Http2Forwarder } from './forward-http2.ts'
import { SessionPool } from './session-pool.ts'

export interface Http2Upstream {
  readonly handle: StreamHandler
  /** The endpoint is gone: connections close when the requests on them are over. */
  close(): void
}

/** Serves the streams of an endpoint from an upstream that speaks HTTP/2. */
export function http2Upstream(
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
  proxyProtocol: ProxyProtocolVersion | undefined,
): Http2Upstream {
  const scheme = address.scheme === 'https' ? 'https' : 'http'
  const shared = new SessionPool(() => dialHttp2(address, options, undefined))
  return {
    handle(stream, header, first) {
      if (proxyProtocol === undefined) {
        new Http2Forwarder(stream, header, first, scheme, shared, events)
        return
      }
      // The upstream is told whose connection it is: another visitor's request would be taken for theirs.
      const own = new SessionPool(() => dialHttp2(address, options, proxyHeader(proxyProtocol, header)))
      stream.once('close', () => own.close())
      new Http2Forwarder(stream, header, first, scheme, own, events)
    },
    close: () => shared.close(),
  }
}
