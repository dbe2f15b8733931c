import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { byteRange } from './byte-range.ts'
import { contentTypeOf } from './content-type.ts'
import type { OpenFile } from './open-contained.ts'
import { checkPreconditions, holdsIfRange, validatorsOf } from './preconditions.ts'
import { sendStatus } from './status-response.ts'

/** What one read of a file takes. */
const READ_BYTES = 128 * 1024

/** Answers a GET or HEAD with a file, or with what its conditions and its range make of it. Closes the file. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  { handle, stats }: OpenFile,
): Promise<void> {
  try {
    const validators = validatorsOf(stats)
    const size = Number(stats.size)
    response.setHeader('ETag', validators.etag)
    response.setHeader('Last-Modified', new Date(validators.modifiedAtSeconds * 1000).toUTCString())
    response.setHeader('Accept-Ranges', 'bytes')
    const verdict = checkPreconditions(request.headers, validators)
    if (verdict === 304) return void response.writeHead(304).end()
    if (verdict === 412) return sendStatus(request, response, 412, 'The file is not the one that was asked for.')
    const range = rangeOf(request, validators, size)
    if (range === 'unsatisfiable') {
      response.setHeader('Content-Range', `bytes */${size}`)
      return sendStatus(request, response, 416, `The file has ${size} bytes; nothing of the range is among them.`)
    }
    const { first, last } = range ?? { first: 0, last: size - 1 }
    if (range) response.setHeader('Content-Range', `bytes ${first}-${last}/${size}`)
    response.setHeader('Content-Type', contentTypeOf(name))
    response.setHeader('Content-Length', last - first + 1)
    response.writeHead(range ? 206 : 200)
    if (request.method === 'HEAD' || last < first) response.end()
    else await sendBytes(response, handle, first, last)
  } finally {
    await handle.close()
  }
}

/** Only GET has ranges (RFC 9110 §14.2). */
function rangeOf(
  { method, headers }: IncomingMessage,
  validators: Parameters<typeof holdsIfRange>[1],
  size: number,
): ReturnType<typeof byteRange> {
  if (method !== 'GET' || !holdsIfRange(headers['if-range']?.toString(), validators)) return undefined
  return byteRange(headers.range, size)
}

async function sendBytes(
  response: ServerResponse,
  handle: OpenFile['handle'],
  first: number,
  last: number,
): Promise<void> {
  const source = handle.createReadStream({ start: first, end: last, highWaterMark: READ_BYTES, autoClose: false })
  await pipeline(source, response, { end: false })
  // A file that became shorter meanwhile: what was announced cannot be sent, and the next answer must not be taken for it.
  if (source.bytesRead < last - first + 1) response.destroy()
  else response.end()
}
