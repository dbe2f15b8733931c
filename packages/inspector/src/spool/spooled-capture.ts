import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { CaptureKind, CaptureState } from '../contract/kinds.ts'
import { Capture, type CaptureSource } from '../store/capture.ts'
import { defaultInspectorLimits } from '../store/limits.ts'
import { type Piece, Pieces } from '../store/pieces.ts'
import type { RecordedBody } from '../store/recorded-body.ts'
import { BodyTail, type Extent } from './body-tail.ts'

/** What is written of a capture beside its bodies. Times count from its start. */
interface SpooledFacts {
  id: string
  source: CaptureSource
  kind: CaptureKind
  state: CaptureState
  startedAt: number
  connectedMs?: number
  requestEndMs?: number
  responseHeadMs?: number
  endMs?: number
  requestHead?: RequestHead
  responseHead?: ResponseHead
  requestTrailers?: HeaderList
  responseTrailers?: HeaderList
  informational?: { head: ResponseHead; atMs: number }[]
  pieces?: Piece[]
  messageCount: number
  failure?: string
  remoteAddress: string
  replayOf?: string
  replays?: string[]
  note: string
  imported: boolean
  requestBytes: number
  requestStored: number
  responseBytes: number
  responseStored: number
  /** Of a body that went on on disk: how much, and where. */
  requestTail?: SpooledTail
  responseTail?: SpooledTail
}

interface SpooledTail {
  bytes: number
  extents: Extent[]
}

/** u32 length of the facts, big-endian; the facts as JSON; the stored bytes of both bodies. */
export function encodeCapture(capture: Capture): Buffer[] {
  const { source, requestBody, responseBody, startMs, pieces } = capture
  const since = (ms: number | undefined) => (ms === undefined ? undefined : ms - startMs)
  const facts = {
    ...pick(capture),
    source: {
      name: source.name,
      url: source.url,
      upstream: source.upstream,
      sharesConnections: source.sharesConnections,
    },
    connectedMs: since(capture.connectedMs),
    requestEndMs: since(capture.requestEndMs),
    responseHeadMs: since(capture.responseHeadMs),
    endMs: since(capture.endMs),
    informational: capture.informational?.map(({ head, atMs }) => ({ head, atMs: atMs - startMs })),
    pieces: pieces?.list.map((piece) => ({ ...piece, atMs: piece.atMs - startMs })),
    requestBytes: requestBody.bytes,
    requestStored: requestBody.storedBytes,
    responseBytes: responseBody.bytes,
    responseStored: responseBody.storedBytes,
    requestTail: tailOf(requestBody),
    responseTail: tailOf(responseBody),
  }
  const json = Buffer.from(JSON.stringify(facts))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return [length, json, requestBody.read(), responseBody.read()]
}

/** A capture that belongs to no store; where its bodies go on they say where. Throws for what is none. */
export function decodeCapture(payload: Buffer): Capture {
  const jsonEnd = 4 + payload.readUInt32BE(0)
  const facts = JSON.parse(payload.toString('utf8', 4, jsonEnd)) as SpooledFacts
  const capture = new Capture({ second: 0, sequence: 0 }, facts.source, facts.kind, facts.startedAt, facts.id)
  const { requestStored, responseStored, requestBytes, responseBytes, pieces, ...rest } = facts
  const { requestTail, responseTail } = rest
  const { id: _, ...same } = pick(rest)
  Object.assign(capture, same)
  capture.connectedMs = rest.connectedMs
  capture.requestEndMs = rest.requestEndMs
  capture.responseHeadMs = rest.responseHeadMs
  capture.endMs = rest.endMs
  capture.informational = rest.informational
  if (pieces) {
    capture.pieces = new Pieces(defaultInspectorLimits.maxPieces)
    capture.pieces.restore(pieces)
  }
  const requestEnd = jsonEnd + requestStored
  const asked = capture.ownBody('request')
  const answered = capture.ownBody('response')
  asked.replace(payload.subarray(jsonEnd, requestEnd))
  answered.replace(payload.subarray(requestEnd, requestEnd + responseStored))
  asked.bytes = requestBytes
  answered.bytes = responseBytes
  asked.tail = requestTail && writtenTail(requestTail)
  answered.tail = responseTail && writtenTail(responseTail)
  return capture
}

const tailOf = ({ tail }: RecordedBody): SpooledTail | undefined => tail && { bytes: tail.bytes, extents: tail.extents }

function writtenTail({ bytes, extents }: SpooledTail): BodyTail {
  const tail = new BodyTail(() => undefined, 0, extents)
  tail.bytes = bytes
  return tail
}

/** What is the same in both. */
function pick(
  from: Omit<SpooledFacts, 'requestBytes' | 'requestStored' | 'responseBytes' | 'responseStored'> | Capture,
) {
  const { id, kind, state, startedAt, requestHead, responseHead, requestTrailers, responseTrailers } = from
  const { messageCount, failure, remoteAddress, replayOf, replays, note, imported } = from
  return {
    id,
    kind,
    state,
    startedAt,
    requestHead,
    responseHead,
    requestTrailers,
    responseTrailers,
    messageCount,
    failure,
    remoteAddress,
    replayOf,
    replays,
    note,
    imported,
  }
}
