import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type {
  EndpointInspection,
  InspectedEndpoint,
  MeterReading,
  SendOptions,
  TrafficInspector,
} from '../src/index.ts'

const nothing: MeterReading = {
  count: 0,
  open: 0,
  rate1: 0,
  rate5: 0,
  rate15: 0,
  p50Ms: 0,
  p90Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
}

/** An endpoint without a network: tests say what passes. */
export class FakeEndpoint implements InspectedEndpoint {
  readonly name: string
  readonly protocol: 'http' | 'tcp' | 'tls'
  readonly upstream: string
  readonly request: InspectedEndpoint['request']
  connections = nothing
  requests = nothing
  readonly statistics = { connections: { read: () => this.connections }, requests: { read: () => this.requests } }
  readonly sent: { bytes: Buffer; options: SendOptions }[] = []
  /** What the upstream does with a replay. */
  answer: (bytes: Buffer, options: SendOptions) => Promise<void> = async () => {}
  readonly inspection: EndpointInspection

  constructor(
    inspector: TrafficInspector,
    { name = 'command_line', protocol = 'http' as 'http' | 'tcp' | 'tls', url = '' } = {},
    facts: Partial<InspectedEndpoint['request']> = {},
  ) {
    this.name = name
    this.protocol = protocol
    this.upstream = protocol === 'http' ? 'http://localhost:80' : `${protocol}://localhost:22`
    this.request = { protocol, upstream: { url: this.upstream }, ...facts }
    this.inspection = inspector.inspectEndpoint(this)
    const address = url || (protocol === 'http' ? 'https://d95211d2.example.app' : `${protocol}://0.example.app:53476`)
    this.inspection.online({ url: () => address, id: () => `id-${name}`, close: async () => this.inspection.offline() })
  }

  send(bytes: Buffer, options: SendOptions): Promise<void> {
    this.sent.push({ bytes, options })
    return this.answer(bytes, options)
  }

  /** One exchange, whole. */
  exchange({
    method = 'GET',
    target = '/',
    requestHeaders = [] as HeaderList,
    requestBody = '' as string | Buffer,
    status = 200,
    reason = 'OK',
    responseHeaders = [] as HeaderList,
    responseBody = '' as string | Buffer,
  } = {}): void {
    const observer = this.inspection.observe?.()
    if (!observer) return
    observer.onRequestHead(requestHead(method, target, requestHeaders, requestBody.length), 1000)
    if (requestBody.length > 0) observer.onRequestBody(Buffer.from(requestBody))
    observer.onRequestEnd(undefined, 1001)
    observer.onResponseHead(responseHead(status, reason, responseHeaders, responseBody.length), 1003.25)
    if (responseBody.length > 0) observer.onResponseBody(Buffer.from(responseBody))
    observer.onResponseEnd(undefined, 1003.893_202)
  }
}

export function requestHead(method: string, target: string, headers: HeaderList, length = 0): RequestHead {
  return {
    method,
    target,
    minorVersion: 1,
    headers: ['Host', 'shop.example.com', ...headers],
    host: 'shop.example.com',
    framing: length > 0 ? 'length' : 'none',
    contentLength: length,
    keepAlive: true,
    upgrade: headers.some((text) => text.toLowerCase() === 'websocket') ? 'websocket' : undefined,
    expectContinue: false,
  }
}

export function responseHead(status: number, reason: string, headers: HeaderList, length = 0): ResponseHead {
  return {
    status,
    reason,
    minorVersion: 1,
    headers,
    framing: 'length',
    contentLength: length,
    keepAlive: true,
    upgrade: status === 101 ? 'websocket' : undefined,
    bodyless: false,
  }
}
