import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, constants as zlib } from 'node:zlib'

/** How much of a body is made of a compressed one, at most: a small one can hold gigabytes. */
export const MAX_DECODED_BYTES = 16 * 1024 * 1024

/** How many encodings on top of each other are undone. */
const MAX_ENCODINGS = 4

/** The body without its content encodings; `undefined` for one that cannot be undone. What is there of a cut body is decoded as far as it goes. */
export function decodeBody(body: Buffer, contentEncoding: string): { bytes: Buffer; truncated: boolean } | undefined {
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (encodings.length > MAX_ENCODINGS) return undefined
  let bytes = body
  for (const encoding of encodings.reverse()) {
    const decoded = decodeOne(bytes, encoding)
    if (!decoded) return undefined
    if (decoded.truncated) return encodings.length === 1 ? decoded : undefined
    bytes = decoded.bytes
  }
  return { bytes, truncated: false }
}

function decodeOne(body: Buffer, encoding: string): { bytes: Buffer; truncated: boolean } | undefined {
  const decode = decoders[encoding]
  if (!decode) return undefined
  try {
    return { bytes: decode(body), truncated: false }
  } catch (cause) {
    // Node throws away what it has by then: a bomb is not shown in part.
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return { bytes: Buffer.alloc(0), truncated: true }
    return undefined
  }
}

const lenient = { maxOutputLength: MAX_DECODED_BYTES, finishFlush: zlib.Z_SYNC_FLUSH }

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body, lenient),
  'x-gzip': (body) => gunzipSync(body, lenient),
  // Some servers leave out the zlib header.
  deflate: (body) => ((body[0] ?? 0) % 16 === 8 ? inflateSync(body, lenient) : inflateRawSync(body, lenient)),
  br: (body) =>
    brotliDecompressSync(body, { maxOutputLength: MAX_DECODED_BYTES, finishFlush: zlib.BROTLI_OPERATION_FLUSH }),
}
