import type { StreamHeader, TunnelError } from '@tunnel/protocol'
import type { AgentSession, AgentStream, StreamReceiver } from '../agent-session.ts'
import type { CredentialUse } from './credential-use.ts'

/** A session whose streams count their bytes, both ways. Only where bytes are bounded: others keep their own. */
export function meteredSession(session: AgentSession, use: CredentialUse): AgentSession {
  return {
    id: session.id,
    credentialId: session.credentialId,
    accountId: session.accountId,
    remoteAddress: session.remoteAddress,
    gone: session.gone,
    traced: (endpointId, token, trace) => session.traced?.(endpointId, token, trace),
    isAlive: (withinMs) => session.isAlive(withinMs),
    leave: (reason, options) => session.leave(reason, options),
    close: (reason) => session.close(reason),
    openStream: (header: StreamHeader, receiver: StreamReceiver): AgentStream => {
      return new MeteredStream(session.openStream(header, countingReceiver(receiver, use)), use)
    },
  }
}

class MeteredStream implements AgentStream {
  readonly #stream: AgentStream
  readonly #use: CredentialUse

  constructor(stream: AgentStream, use: CredentialUse) {
    this.#stream = stream
    this.#use = use
  }

  write(data: Buffer | string, onFree?: () => void): boolean {
    this.#use.onBytes(data.length)
    return this.#stream.write(data, onFree)
  }

  writeMessage(data: Buffer | string): boolean {
    this.#use.onBytes(data.length)
    return this.#stream.writeMessage(data)
  }

  end(): void {
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }
}

function countingReceiver(receiver: StreamReceiver, use: CredentialUse): StreamReceiver {
  return {
    get consumesAtOnce() {
      return receiver.consumesAtOnce === true
    },
    onStreamData: (chunk: Buffer) => {
      use.onBytes(chunk.length)
      receiver.onStreamData(chunk)
    },
    onStreamEnd: () => receiver.onStreamEnd(),
    onStreamDrain: () => receiver.onStreamDrain(),
    onStreamClose: (error: TunnelError | undefined) => receiver.onStreamClose(error),
  }
}
