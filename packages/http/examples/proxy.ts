import type { Duplex } from 'node:stream'
import {
  forwardRequestHead,
  forwardResponseHead,
  RequestDecoder,
  ResponseDecoder,
  serializeResponseHead,
} from '@tunnel/http'

/** A reverse proxy for requests and responses with a length or without a body, over any two byte streams. */
export function proxy(visitor: Duplex, upstream: Duplex, clientAddress: string): void {
  const refuse = (status: number) =>
    visitor.end(serializeResponseHead(status, '', ['Content-Length', '0', 'Connection', 'close']))

  const requests = new RequestDecoder({
    onHead(head) {
      responses.expect(head.method, false)
      upstream.write(forwardRequestHead({ ...head, upgrade: undefined }, { clientAddress, proto: 'http' }), 'latin1')
    },
    onBody: (chunk) => upstream.write(chunk),
    onEnd() {},
    onError: (error) => refuse(error.status),
  })
  const responses = new ResponseDecoder({
    onInformational() {},
    onHead: (head) =>
      visitor.write(forwardResponseHead(head, { framing: head.framing, keepAlive: head.keepAlive }), 'latin1'),
    onBody: (chunk) => visitor.write(chunk),
    onEnd: () => requests.next(),
    onError: (error) => refuse(error.status),
  })
  visitor.on('data', (chunk: Buffer) => requests.write(chunk))
  upstream.on('data', (chunk: Buffer) => responses.write(chunk))
}
