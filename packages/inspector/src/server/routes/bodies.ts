import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import type { BodyQuery } from '../../contract/detail.ts'
import { bodyQuerySchema, captureIdSchema, directionSchema } from '../../contract.ts'
import type { Capture } from '../../store/capture.ts'
import { headerValue } from '../../store/capture-kind.ts'
import { decodeBody } from '../../view/decode-body.ts'
import type { ApiContext } from '../api-context.ts'
import { ApiFailure } from '../api-error.ts'
import { sendBytes } from '../send-bytes.ts'
import type { TypedApp } from '../typed-app.ts'

const params = z.object({ id: captureIdSchema, direction: directionSchema })

/** The bytes of bodies, by range. */
export function addBodyRoutes(app: TypedApp, context: ApiContext): void {
  app.get(
    '/api/captures/:id/:direction/body',
    { schema: { tags: ['captures'], summary: 'Bytes of a body', params, querystring: bodyQuerySchema } },
    async ({ params: { id, direction }, query, headers }, reply) => {
      const capture = await context.wholeCapture(id)
      const body = capture.body(direction)
      reply.header('x-body-bytes', body.bytes).header('x-stored-bytes', capture.bodiesHeld ? 0 : body.storedBytes)
      reply.header('x-truncated', String(body.truncated))
      const { bytes } = query.decoded ? decoded(capture, direction) : { bytes: stored(capture, direction) }
      return sendRange(reply, bytes, query, headers.range, `${id}-${direction}.bin`)
    },
  )
}

function stored(capture: Capture, direction: 'request' | 'response'): Buffer {
  return capture.bodiesHeld ? Buffer.alloc(0) : capture.body(direction).read()
}

function decoded(capture: Capture, direction: 'request' | 'response'): { bytes: Buffer } {
  const head = direction === 'request' ? capture.requestHead : capture.responseHead
  const encoding = headerValue(head?.headers ?? [], 'content-encoding')
  const result = decodeBody(stored(capture, direction), encoding)
  if (!result)
    throw new ApiFailure('conflict', { err: `content-encoding ${JSON.stringify(encoding)} cannot be undone` })
  if (result.truncated)
    throw new ApiFailure('tooLarge', { err: 'the body is larger than 16777216 bytes when it is decoded' })
  return result
}

/** A `Range` of one part counts before the query. */
function sendRange(reply: FastifyReply, bytes: Buffer, query: BodyQuery, range: string | undefined, name: string) {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? '')
  const { from, to } = asked ? rangeOf(asked, bytes.length) : { from: query.from, to: query.from + query.length }
  const end = Math.min(to, bytes.length)
  if (from > 0 && from >= bytes.length) {
    reply.header('content-range', `bytes */${bytes.length}`)
    throw new ApiFailure('badRequest', { err: `the body has ${bytes.length} bytes, and none from ${from} on` })
  }
  const isWhole = from === 0 && end === bytes.length
  if (!isWhole) reply.code(206).header('content-range', `bytes ${from}-${end - 1}/${bytes.length}`)
  return sendBytes(reply, bytes.subarray(from, end), name)
}

function rangeOf([, first = '', last = '']: RegExpExecArray, length: number): { from: number; to: number } {
  if (first === '') return { from: Math.max(0, length - Number(last)), to: length }
  return { from: Number(first), to: last === '' ? length : Number(last) + 1 }
}
