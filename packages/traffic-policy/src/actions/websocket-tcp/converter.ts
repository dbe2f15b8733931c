import { CloseCode, closeFrame, controlFrame, frameHead, Opcode } from './frame.ts'
import { FrameDecoder } from './frame-decoder.ts'

/** The two connections of a converter, as it writes to them. It holds one pong: the caller stops reading one while the other does not drain. */
export interface ConverterPorts {
  /** To the WebSocket client, in order. */
  toClient(bytes: Buffer): void
  /** Whether what was sent to the client leaves. While it does not, pings are not answered one by one. */
  clientHasRoom(): boolean
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
  /** The upstream ended; `failure`: it broke off, and this is why, in short, for the client to read. */
  upstreamEnded(failure?: string): void
  /** There is room again. */
  clientDrained(): void
  /** Asks the client whether it is there: whatever comes from it is an answer. */
  ping(): void
}

/** The largest message to the client, in bytes. Reference §4.27 */
export const MAX_MESSAGE_BYTES = 1024 * 1024

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
  /** The payload of the latest ping that is not answered yet. */
  let owedPong: Buffer | undefined

  const endUpstream = () => {
    if (isUpstreamEnded) return
    isUpstreamEnded = true
    ports.endUpstream()
  }
  const sendClose = (code: number, reason?: string) => {
    if (isCloseSent) return
    isCloseSent = true
    owedPong = undefined
    ports.toClient(closeFrame(code, reason))
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
      if (isCloseSent) return
      // The latest one stands for all before it (RFC 6455 §5.5.3).
      if (ports.clientHasRoom()) ports.toClient(controlFrame(Opcode.pong, payload))
      else owedPong = payload
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
    upstreamEnded(failure) {
      sendClose(failure === undefined ? CloseCode.normal : CloseCode.internalError, failure)
      endUpstream()
      if (!isClientHeard) endClient()
    },
    clientDrained() {
      const payload = owedPong
      owedPong = undefined
      if (payload) ports.toClient(controlFrame(Opcode.pong, payload))
    },
    ping() {
      if (!isCloseSent && !isClosed) ports.toClient(controlFrame(Opcode.ping))
    },
  }
}
