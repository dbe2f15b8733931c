import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import { TunnelError } from '@tunnel/protocol'
import { ActionError, acceptWebSocket } from '@tunnel/traffic-policy'
import type { AgentStream } from '../agent-session.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { openStreamTo } from '../endpoints/open-stream.ts'
import { ForwardedResponse } from '../http/forwarded-head.ts'
import type { Visitor } from '../http/visitor.ts'
import { notWebSocket, streamFailed } from '../http/visitor-errors.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EndpointRoom } from '../overload/endpoint-room.ts'
import type { EdgeLog } from '../ports.ts'
import { MessagePump } from './message-pump.ts'

/**
 * A request for an endpoint whose upstream speaks TCP. The edge answers the WebSocket handshake itself, before the upstream is connected: many
 * upstreams wait for their visitor to speak first. One that cannot be reached is told of by the code that closes the WebSocket.
 */
export class WebSocketTcpExchange implements VisitorExchange {
  readonly locationRewrite = undefined
  readonly #visitor: Visitor
  readonly #endpoint: Endpoint
  readonly #limits: EdgeLimits
  readonly #log: EdgeLog
  readonly #room: EndpointRoom
  readonly #head: RequestHead
  readonly #onOver: () => void
  #accept: HeaderList = []
  #pump: MessagePump | undefined
  #stream: AgentStream | undefined
  #responseBegun = false
  #requestEnded = false
  #over = false

  /** `onOver` is called once, when the handshake was answered or given up. */
  constructor(
    visitor: Visitor,
    endpoint: Endpoint,
    parts: { limits: EdgeLimits; log: EdgeLog; room: EndpointRoom },
    head: RequestHead,
    onOver: () => void,
  ) {
    this.#visitor = visitor
    this.#endpoint = endpoint
    this.#limits = parts.limits
    this.#log = parts.log
    this.#room = parts.room
    this.#head = head
    this.#onOver = onOver
  }

  get requestEnded(): boolean {
    return this.#requestEnded
  }

  get responseBegun(): boolean {
    return this.#responseBegun
  }

  begin(wasCounted = false): void {
    const refusal = wasCounted ? undefined : this.#endpoint.meter?.refuseRequest(this.#visitor.ends())
    if (refusal) return this.#fail(streamFailed(this.#endpoint, refusal))
    try {
      this.#accept = acceptWebSocket(this.#head)
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      return this.#fail(notWebSocket(this.#endpoint))
    }
    try {
      this.#open()
    } catch (cause) {
      this.#fail(streamFailed(this.#endpoint, TunnelError.from(cause)))
    }
  }

  #open(): void {
    const ends = this.#visitor.ends()
    const { visitorAddress } = ends
    const pump = new MessagePump(this.#limits, (error) => {
      serving.running--
      if (!error) return
      this.#log.info({ endpoint: serving.url, visitorAddress, code: error.code }, `${serving.scheme} connection failed`)
    })
    const { endpoint: serving, stream } = openStreamTo(this.#endpoint, { protocol: 'raw', ...ends }, pump, this.#room)
    serving.running++
    this.#visitor.record?.sentTo(serving, false)
    stream.pause()
    this.#pump = pump
    this.#stream = stream
  }

  /** It has no body: the handshake that it is part of would not have been accepted. */
  writeRequestBody(): void {}

  endRequest(): void {
    this.#requestEnded = true
    const [pump, stream] = [this.#pump, this.#stream]
    if (!pump || !stream) return
    this.#responseBegun = true
    this.#visitor.writeHead(switchingProtocols(this.#accept), new ForwardedResponse())
    this.#visitor.takeOver((connection) => {
      this.#stream = undefined
      pump.start(connection, stream)
      this.#end()
    })
  }

  visitorLeft(): void {
    this.#stream?.destroy()
    this.#end()
  }

  onVisitorFull(): void {}

  onVisitorDrain(): void {}

  timeOut(): void {
    this.#stream?.destroy()
    this.#visitor.abort()
    this.#end()
  }

  #fail(error: Parameters<Visitor['writeError']>[0]): void {
    this.#visitor.writeError(error)
    this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#onOver()
  }
}

function switchingProtocols(headers: HeaderList): ResponseHead {
  return {
    status: 101,
    reason: 'Switching Protocols',
    minorVersion: 1,
    headers,
    framing: 'none',
    contentLength: 0,
    keepAlive: true,
    upgrade: 'websocket',
    bodyless: true,
  }
}
