import { openTls, type RawConnection } from './raw-connection.ts'
import { until } from './until.ts'

const AGENT_ALPN = 'tunnel/1'
const CONTROL_STREAM = 1
const FRAME = { data: 0, windowUpdate: 1 } as const
const SYN = 1

/** A message of the control stream. */
export type WireMessage = { type: string; [field: string]: unknown }

/** What an honest agent says first. */
export function helloOf(authtoken: string, fields: object = {}): WireMessage {
  return {
    type: 'hello',
    versions: [1],
    authtoken,
    agent: { version: '0.0.0', os: 'test', arch: 'test' },
    heartbeat: { intervalMs: 10_000, toleranceMs: 15_000 },
    ...fields,
  }
}

/**
 * An agent that says whatever a test wants, written from the protocol's description and not with its library. It grants no
 * window and answers no ping, which a short test does not need.
 */
export class RawAgent {
  readonly connection: RawConnection
  #begun = false

  private constructor(connection: RawConnection) {
    this.connection = connection
  }

  static async connect(port: number): Promise<RawAgent> {
    return new RawAgent(await openTls({ port, serverName: '', protocols: [AGENT_ALPN] }))
  }

  /** A message; several arguments leave in one packet. */
  send(...messages: WireMessage[]): this {
    return this.sendControlBytes(Buffer.concat(messages.map(framedMessage)))
  }

  /** Bytes of the control stream that need not be messages. */
  sendControlBytes(bytes: Buffer): this {
    this.connection.send(yamuxFrame(FRAME.data, this.#begun ? 0 : SYN, CONTROL_STREAM, bytes))
    this.#begun = true
    return this
  }

  /** Bytes of the connection that need not be frames. */
  sendBytes(bytes: Buffer | string): this {
    this.connection.send(bytes)
    return this
  }

  openStream(id: number): this {
    return this.sendBytes(yamuxFrame(FRAME.windowUpdate, SYN, id, Buffer.alloc(0)))
  }

  /** All messages of the edge so far. */
  get messages(): WireMessage[] {
    const control = controlBytesIn(this.connection.bytes)
    const messages: WireMessage[] = []
    for (let at = 0; at + 4 <= control.length; ) {
      const end = at + 4 + control.readUInt32BE(at)
      if (end > control.length) break
      messages.push(JSON.parse(control.toString('utf8', at + 4, end)) as WireMessage)
      at = end
    }
    return messages
  }

  /** Resolves to the first `count` messages of a type. */
  async receive(type: string, count = 1): Promise<WireMessage[]> {
    const found = (): WireMessage[] => this.messages.filter((message) => message.type === type)
    await until(() => found().length >= count, `${count} × ${type}, got ${JSON.stringify(this.messages).slice(0, 500)}`)
    return found().slice(0, count)
  }
}

/** u32 length, then JSON. */
export function framedMessage(message: WireMessage): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Version 0, u8 type, u16 flags, u32 stream id, u32 length, payload. */
function yamuxFrame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head[1] = type
  head.writeUInt16BE(flags, 2)
  head.writeUInt32BE(streamId, 4)
  head.writeUInt32BE(payload.length, 8)
  return Buffer.concat([head, payload])
}

function controlBytesIn(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + 12 <= bytes.length; ) {
    const isData = bytes[at + 1] === FRAME.data
    const length = isData ? bytes.readUInt32BE(at + 8) : 0
    if (isData && bytes.readUInt32BE(at + 4) === CONTROL_STREAM) parts.push(bytes.subarray(at + 12, at + 12 + length))
    at += 12 + length
  }
  return Buffer.concat(parts)
}
