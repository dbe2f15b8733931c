import { CloseCode, closeFrame, controlFrame, frameHead, Opcode } from './frame.ts'
import { FrameDecoder } from './frame-decoder.ts'

/** The two connections of a converter, as it writes to them. It holds nothing: the caller stops reading one while the other does not drain. */
export interface ConverterPorts {
  /** To the WebSocket client, in order. */
  toClient(bytes: Buffer): void
  /** To the TCP upstream, in order. */
  toUpstream(bytes: Buffer): void
  /** The client is done: no more bytes go upstream. Called once. */
  endUpstream(): void
  /** All is said to the client: its connection can be closed. Called once. */
  endClient(): void
}

export interface WebSocketTcpConverter {
  /** Bytes of the client's connection, any chunking. */
  fromClient(chunk: Buffer): void
  /** The client's connection ended, with a close frame before or without one. */
  clientEnded(): void
  /** Bytes of the upstream. */
  fromUpstream(chunk: Buffer): void
  /** The upstream ended; `isFailure` if it broke off. */
  upstreamEnded(isFailure: boolean): void
  /** Asks the client whether it is there; the caller does so every `PING_INTERVAL_MS` and closes if no answer has come by the next time. */
  ping(): void
  /** Whether anything came since the last ping. */
  readonly isAnswered: boolean
}

/** The largest message to the client, in bytes. Reference §4.27 */
export const MAX_MESSAGE_BYTES = 1024 * 1024
export const PING_INTERVAL_MS = 30_000

/**
 * Turns the payload of a client's messages, text or binary, into a TCP byte stream, and the upstream's bytes into binary messages. A close
 * frame is the end of the stream, and the other way round; the client's end leaves the upstream's half open until that ends too.
 *
 * @see Reference §4.27, RFC 6455
 */
export function createWebSocketTcpConverter(ports: ConverterPorts): WebSocketTcpConverter {
  let isUpstreamEnded = false
  let isClientHeard = true
  let isCloseSent = false
  let isClosed = false
  let isAnswered = true

  const endUpstream = () => {
    if (isUpstreamEnded) return
    isUpstreamEnded = true
    ports.endUpstream()
  }
  const sendClose = (code: number) => {
    if (isCloseSent) return
    isCloseSent = true
    ports.toClient(closeFrame(code))
  }
  const endClient = () => {
    if (isClosed) return
    isClosed = true
    ports.endClient()
  }
  const hearNoMore = () => {
    isClientHeard = false
    endUpstream()
  }

  const decoder = new FrameDecoder({
    onData(payload) {
      if (!isUpstreamEnded) ports.toUpstream(payload)
    },
    onPing(payload) {
      if (!isCloseSent) ports.toClient(controlFrame(Opcode.pong, payload))
    },
    onPong() {},
    onClose() {
      hearNoMore()
      // The answer to our own close: both sides have said all. Otherwise the upstream may still have bytes for the client.
      if (isCloseSent) endClient()
    },
    onViolation() {
      hearNoMore()
      sendClose(CloseCode.protocolError)
      endClient()
    },
  })

  return {
    fromClient(chunk) {
      isAnswered = true
      if (isClientHeard) decoder.write(chunk)
    },
    clientEnded() {
      hearNoMore()
      endClient()
    },
    fromUpstream(chunk) {
      if (isCloseSent || isClosed) return
      for (let from = 0; from < chunk.length; from += MAX_MESSAGE_BYTES) {
        const payload = chunk.subarray(from, from + MAX_MESSAGE_BYTES)
        ports.toClient(frameHead(Opcode.binary, payload.length))
        ports.toClient(payload)
      }
    },
    upstreamEnded(isFailure) {
      sendClose(isFailure ? CloseCode.internalError : CloseCode.normal)
      endUpstream()
      if (!isClientHeard) endClient()
    },
    ping() {
      isAnswered = false
      if (!isCloseSent && !isClosed) ports.toClient(controlFrame(Opcode.ping))
    },
    get isAnswered() {
      return isAnswered
    },
  }
}
