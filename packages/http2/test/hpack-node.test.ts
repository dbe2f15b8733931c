import { connect, type IncomingHttpHeaders, sensitiveHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { createDuplexPair, seeded } from '@tunnel/testkit'
import { expect, test } from 'vitest'
import { FieldDecoder } from '../src/hpack/decoder.ts'
import { encodeFields } from '../src/hpack/encode-fields.ts'

const PREFACE_BYTES = 24
const HEADERS = 1
const SETTINGS = 4
const CONTINUATION = 9
const END_STREAM = 0x1
const ACK = 0x1
const END_HEADERS = 0x4
const PADDED = 0x8
const PRIORITY = 0x20
const SETTINGS_HEADER_TABLE_SIZE = 1

interface Block {
  readonly streamId: number
  readonly bytes: Buffer
}

/** Just enough of a server to see the blocks of a client as they are, and to answer each with one. */
function serve(connection: Duplex, tableBytes: number, onAck: () => void, answer: (block: Block) => Buffer): void {
  let bytes = Buffer.alloc(0)
  let preface = PREFACE_BYTES
  let begun: Buffer[] = []
  const write = (type: number, flags: number, streamId: number, payload: Buffer) => {
    const header = Buffer.alloc(9)
    header.writeUIntBE(payload.length, 0, 3)
    header[3] = type
    header[4] = flags
    header.writeUInt32BE(streamId, 5)
    connection.write(Buffer.concat([header, payload]))
  }
  const onFrame = (type: number, flags: number, streamId: number, payload: Buffer) => {
    if (type === SETTINGS) {
      if ((flags & ACK) === 0) write(SETTINGS, ACK, 0, Buffer.alloc(0))
      else onAck()
    }
    if (type !== HEADERS && type !== CONTINUATION) return
    let start = 0
    let end = payload.length
    if (type === HEADERS && (flags & PADDED) !== 0) end -= payload[start++]!
    if (type === HEADERS && (flags & PRIORITY) !== 0) start += 5
    begun.push(payload.subarray(start, end))
    if ((flags & END_HEADERS) === 0) return
    const block = Buffer.concat(begun)
    begun = []
    write(HEADERS, END_HEADERS | END_STREAM, streamId, answer({ streamId, bytes: block }))
  }
  const settings = Buffer.alloc(6)
  settings.writeUInt16BE(SETTINGS_HEADER_TABLE_SIZE, 0)
  settings.writeUInt32BE(tableBytes, 2)
  write(SETTINGS, 0, 0, settings)
  connection.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length < preface) return
    bytes = bytes.subarray(preface)
    preface = 0
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const end = 9 + bytes.readUIntBE(0, 3)
      const frame = bytes.subarray(0, end)
      bytes = bytes.subarray(end)
      onFrame(frame[3]!, frame[4]!, frame.readUInt32BE(5) & 0x7fff_ffff, frame.subarray(9))
    }
  })
}

const NAMES = [
  ...['accept', 'accept-language', 'authorization', 'cache-control', 'content-type', 'if-none-match', 'user-agent'],
  ...['traceparent', 'x-a', 'x-request-id', 'x-long-name-that-no-table-has', 'baggage'],
]

/** Few values, so that they come again, and some that never do. */
function randomFields(random: () => number, request: number): [name: string, value: string][] {
  const fields = NAMES.filter(() => random() < 0.5).map((name): [string, string] => {
    const kind = Math.floor(random() * 5)
    if (kind === 0) return [name, `${request}-${random()}`]
    if (kind === 1) return [name, `gr\xfc\xdfe ~ \\ { ${Math.floor(random() * 3)}`]
    if (kind === 2) return [name, `${'long '.repeat(Math.floor(random() * 200))}.`]
    return [name, `a value, ${Math.floor(random() * 4)}`]
  })
  return fields.sort(() => random() - 0.5)
}

/** Whether a decoder can read it that has seen nothing before. */
function standsForItself(block: Buffer): boolean {
  try {
    new FieldDecoder({ maxTableBytes: 20_000, maxListBytes: 65_536, maxFields: 100 }).decode(block, 0, block.length)
    return true
  } catch {
    return false
  }
}

const flat = (fields: readonly (readonly [string, string])[]): string[] => fields.flat()

test.each([{ tableBytes: 4096 }, { tableBytes: 0 }, { tableBytes: 300 }, { tableBytes: 20_000 }])(
  "a client of node:http2 with a table of $tableBytes bytes and this package read each other's blocks",
  async ({ tableBytes }) => {
    const requests = 300
    const random = seeded(tableBytes + 1)
    const [client, server] = createDuplexPair()
    const decoder = new FieldDecoder({ maxTableBytes: tableBytes, maxListBytes: 65_536, maxFields: 100 })
    const received = new Map<number, readonly string[]>()
    const failures: unknown[] = []
    const answers = new Map<number, [string, string][]>()
    let referring = 0

    serve(
      server,
      tableBytes,
      () => decoder.settingsAcknowledged(),
      ({ streamId, bytes }) => {
        try {
          received.set(streamId, decoder.decode(bytes, 0, bytes.length))
        } catch (error) {
          failures.push(error)
        }
        if (!standsForItself(bytes)) referring++
        const fields: [string, string][] = [[':status', `${200 + (streamId % 7)}`], ...randomFields(random, streamId)]
        answers.set(streamId, fields)
        return encodeFields(flat(fields))
      },
    )

    const session = connect('http://a.test', { createConnection: () => client, maxDeflateDynamicTableSize: 20_000 })
    session.on('error', (error) => failures.push(error))
    const sent = new Map<number, string[]>()
    for (let request = 0; request < requests; request++) {
      const fields = randomFields(random, request)
      const pseudo: [string, string][] = [
        [':method', random() < 0.7 ? 'GET' : 'DELETE'],
        [':authority', 'a.test'],
        [':scheme', 'http'],
        [':path', random() < 0.5 ? '/' : `/items/${request}`],
      ]
      const stream = session.request(
        { ...Object.fromEntries([...pseudo, ...fields]), [sensitiveHeaders]: ['authorization'] },
        { endStream: true },
      )
      const response = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
        stream.on('response', resolve)
        stream.on('error', reject)
        stream.resume()
      })
      const streamId = stream.id!
      sent.set(streamId, flat([...pseudo, ...fields]))
      const { [sensitiveHeaders]: _, ...responseFields } = response as Record<string | symbol, unknown>
      const expected = answers.get(streamId)!
      expect(Object.entries(responseFields).map(([name, value]) => [name, `${value}`])).toEqual(expected)
    }
    session.destroy()
    server.destroy()

    expect(failures).toEqual([])
    expect(received.size).toBe(requests)
    expect(received).toEqual(sent)
    // The client's table was of use, or could not be once it knew.
    if (tableBytes === 0) expect(referring).toBeLessThan(3)
    else expect(referring).toBeGreaterThan(requests / 2)
  },
)
